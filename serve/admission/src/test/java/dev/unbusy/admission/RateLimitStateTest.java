package dev.unbusy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RateLimitStateTest {
    private static final long MILLI = 1_000_000;

    private final Quota quota = new Quota();

    @Test
    void headers_tellTheTightestScopeOfEachKind_asOfNow() {
        ScopedLimits key = new ScopedLimits(new Scope(Scope.Kind.KEY, "k"), new Limits(60, 0, 0));
        ScopedLimits tenant = new ScopedLimits(new Scope(Scope.Kind.TENANT, "t"), new Limits(50, 9_000, 1));
        ScopedLimits model = new ScopedLimits(new Scope(Scope.Kind.MODEL, "m"), new Limits(0, 6_000, 0));
        List<ScopedLimits> scopes = List.of(key, tenant, model);
        assertThat(quota.state(scopes, 0).headers())
                .containsEntry("x-ratelimit-remaining-requests", "50")
                .containsEntry("x-ratelimit-reset-requests", "0s")
                .containsEntry("x-ratelimit-remaining-tokens", "6000");
        assertThat(quota.scopes()).isZero();

        quota.reserve(List.of(key), 0, 0);
        for (int i = 0; i < 14; i++) {
            quota.reserve(List.of(key), 0, 0);
        }
        quota.reserve(scopes, 1_650, 0);
        assertThat(quota.state(scopes, 0).headers())
                .containsExactly(
                        Map.entry("x-ratelimit-limit-requests", "60"),
                        Map.entry("x-ratelimit-remaining-requests", "44"),
                        Map.entry("x-ratelimit-reset-requests", "16s"),
                        Map.entry("x-ratelimit-limit-tokens", "6000"),
                        Map.entry("x-ratelimit-remaining-tokens", "4350"),
                        Map.entry("x-ratelimit-reset-tokens", "16.500s"));
        assertThat(quota.state(scopes, 16_000 * MILLI).headers())
                .containsEntry("x-ratelimit-remaining-requests", "50")
                .containsEntry("x-ratelimit-remaining-tokens", "5950")
                .containsEntry("x-ratelimit-reset-tokens", "500ms");
    }

    @Test
    void headers_leaveOutWhatIsNotLimited() {
        ScopedLimits key = new ScopedLimits(new Scope(Scope.Kind.KEY, "k"), new Limits(0, 0, 4));
        RateLimitState state = quota.state(List.of(key), 0);
        assertThat(state).isEqualTo(new RateLimitState(null, null));
        assertThat(state.headers()).isEmpty();
    }

    @Test
    void debt_leavesNothing_andResetsLater() {
        ScopedLimits key = new ScopedLimits(new Scope(Scope.Kind.KEY, "k"), new Limits(0, 600, 0));
        QuotaAnswer answer = quota.reserve(List.of(key), 600, 0);
        ((QuotaAnswer.Granted) answer).reservation().settle(1_500, 0);
        assertThat(quota.state(List.of(key), 0).headers())
                .containsEntry("x-ratelimit-remaining-tokens", "0")
                .containsEntry("x-ratelimit-reset-tokens", "2m30s");
    }

    @Test
    void durations_readAsOpenAiWritesThem_andAreNeverShort() {
        assertThat(RateLimitState.duration(0)).isEqualTo("0s");
        assertThat(RateLimitState.duration(1)).isEqualTo("1ms");
        assertThat(RateLimitState.duration(999 * MILLI)).isEqualTo("999ms");
        assertThat(RateLimitState.duration(999 * MILLI + 1)).isEqualTo("1s");
        assertThat(RateLimitState.duration(8_640 * MILLI)).isEqualTo("8.640s");
        assertThat(RateLimitState.duration(360_000 * MILLI)).isEqualTo("6m0s");
        assertThat(RateLimitState.duration(7_261_005 * MILLI)).isEqualTo("121m1.005s");
    }
}
