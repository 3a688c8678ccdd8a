package dev.unbusy.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class QuotaTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;

    private final Quota quota = new Quota();

    @Test
    void reserve_passesAllScopesOrNone() {
        ScopedLimits key = key("k", 10, 10_000, 0);
        ScopedLimits tenant = scoped(Scope.Kind.TENANT, "t", 10, 1_000, 0);
        ScopedLimits model = scoped(Scope.Kind.MODEL, "m", 2, 0, 5);
        List<ScopedLimits> all = List.of(key, tenant, model);
        granted(all, 600, 0);
        QuotaAnswer.Refused refused = refused(all, 600, 0);
        assertThat(refused)
                .isEqualTo(new QuotaAnswer.Refused(tenant.scope(), LimitKind.TOKENS, 1_000, 400, 600, 12 * SECOND));
        assertThat(remaining(List.of(key))).containsExactly(9L, 9_400L);
        granted(all, 400, 0);
        QuotaAnswer.Refused both = refused(all, 0, 0);
        assertThat(both.scope()).isEqualTo(model.scope());
        assertThat(both.limit()).isEqualTo(LimitKind.REQUESTS);
        assertThat(both.waitNanos()).isEqualTo(30 * SECOND);
        assertThat(both.exact()).isTrue();
    }

    @Test
    void concurrency_isGivenBackByEitherEnd_andItsWaitIsOnlyTheLeast() {
        List<ScopedLimits> scopes = List.of(key("k", 0, 600, 1));
        Reservation first = granted(scopes, 500, 0);
        QuotaAnswer.Refused refused = refused(scopes, 300, 0);
        assertThat(refused)
                .isEqualTo(new QuotaAnswer.Refused(
                        scopes.getFirst().scope(), LimitKind.CONCURRENCY, 1, 0, 1, 20 * SECOND));
        assertThat(refused.exact()).isFalse();
        first.settle(500, 0);
        Reservation second = granted(scopes, 100, 0);
        refused(scopes, 0, 0);
        second.cancel(0);
        granted(scopes, 100, 0);
    }

    @Test
    void reservation_endsOnce_whateverIsCalledAfterwards() {
        List<ScopedLimits> scopes = List.of(key("k", 10, 1_000, 2));
        Reservation settled = granted(scopes, 400, 0);
        Reservation cancelled = granted(scopes, 300, 0);
        granted(List.of(key("k", 10, 1_000, 3)), 0, 0);
        assertThat(settled.settle(100, 0)).isTrue();
        assertThat(cancelled.cancel(0)).isTrue();
        for (int i = 0; i < 3; i++) {
            assertThat(settled.cancel(0)).isFalse();
            assertThat(settled.settle(900, 0)).isFalse();
            assertThat(cancelled.settle(900, 0)).isFalse();
        }
        assertThat(remaining(scopes)).containsExactly(8L, 900L);
        granted(scopes, 0, 0);
        refused(scopes, 0, 0);
    }

    @Test
    void moreThanReserved_isCharged_intoDebt() {
        List<ScopedLimits> scopes = List.of(key("k", 0, 600, 0));
        granted(scopes, 100, 0).settle(1_200, 0);
        QuotaAnswer.Refused refused = refused(scopes, 1, 0);
        assertThat(refused.available()).isEqualTo(-600);
        assertThat(refused.waitNanos()).isEqualTo(MINUTE + SECOND / 10);
        granted(scopes, 1, refused.waitNanos());
    }

    @Test
    void aRequestLargerThanItsLimit_isAdmittedByAFullBucket_andPaysItOff() {
        List<ScopedLimits> scopes = List.of(key("k", 0, 600, 0));
        granted(scopes, 60, 0).settle(60, 0);
        QuotaAnswer.Refused refused = refused(scopes, 1_800, 0);
        assertThat(refused.waitNanos()).isEqualTo(6 * SECOND);
        granted(scopes, 1_800, 6 * SECOND);
        assertThat(refused(scopes, 600, 6 * SECOND).waitNanos()).isEqualTo(3 * MINUTE);
    }

    @Test
    void limits_changedWhileRequestsRun_holdAtOnce_andTheRequestsSettleRight() {
        Reservation open = granted(List.of(key("k", 10, 1_000, 1)), 800, 0);
        refused(List.of(key("k", 10, 1_000, 1)), 0, 0);
        List<ScopedLimits> raised = List.of(key("k", 20, 3_000, 2));
        Reservation other = granted(raised, 2_200, 0);
        assertThat(remaining(raised)).containsExactly(18L, 0L);
        other.cancel(0);
        open.settle(100, 0);
        assertThat(remaining(raised)).containsExactly(19L, 2_900L);
    }

    @Test
    void limits_givenToAScopeThatHadNone_countItsOpenRequests() {
        Reservation open = granted(List.of(new ScopedLimits(key("k", 0, 0, 0).scope(), Limits.NONE)), 800, 0);
        List<ScopedLimits> limited = List.of(key("k", 5, 1_000, 1));
        refused(limited, 0, 0);
        assertThat(remaining(limited)).containsExactly(4L, 200L);
        open.settle(300, 0);
        assertThat(remaining(limited)).containsExactly(4L, 700L);
    }

    @Test
    void concurrency_loweredBelowWhatRuns_admitsAgainWhenEnoughHasEnded() {
        List<Reservation> open = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            open.add(granted(List.of(key("k", 0, 0, 5)), 1, 0));
        }
        List<ScopedLimits> lowered = List.of(key("k", 0, 0, 2));
        for (int i = 0; i < 4; i++) {
            assertThat(refused(lowered, 1, 0).available()).isEqualTo(2 - 5 + i);
            open.get(i).settle(1, 0);
        }
        granted(lowered, 1, 0);
        refused(lowered, 1, 0);
    }

    @Test
    void absurdCounts_neitherOverflowNorMint() {
        List<ScopedLimits> scopes = List.of(key("k", 0, Limits.MOST_PER_MINUTE, 0));
        Reservation huge = granted(scopes, Long.MAX_VALUE, 0);
        assertThat(huge.tokens()).isEqualTo(Quota.MOST_TOKENS);
        huge.settle(Long.MAX_VALUE, 0);
        QuotaAnswer.Refused refused = refused(scopes, 1, MINUTE);
        assertThat(refused.available()).isEqualTo(2 * Limits.MOST_PER_MINUTE - Quota.MOST_TOKENS);
    }

    @Test
    void nonsense_isRefusedByName() {
        ScopedLimits key = key("k", 1, 1, 1);
        assertThatThrownBy(() -> quota.reserve(List.of(key, key), 1, 0)).hasMessageContaining("k");
        assertThatThrownBy(() -> quota.reserve(List.of(key), -1, 0)).hasMessageContaining("-1");
        Reservation open = granted(List.of(key), 1, 0);
        assertThatThrownBy(() -> open.settle(-7, 0)).hasMessageContaining("-7");
        assertThat(open.settle(1, 0)).isTrue();
        assertThatThrownBy(() -> new Limits(-1, 0, 0)).hasMessageContaining("requestsPerMinute is -1");
        assertThatThrownBy(() -> new Limits(0, Limits.MOST_PER_MINUTE + 1, 0))
                .isInstanceOf(LimitsException.class)
                .hasMessageContaining("tokensPerMinute");
        assertThatThrownBy(() -> new Limits(0, 0, -3)).hasMessageContaining("concurrency");
    }

    @Test
    void scopesInDisuse_areForgotten() {
        for (int i = 0; i < 100_000; i++) {
            granted(List.of(key("k" + i, 10, 1_000, 1)), 100, i * SECOND).settle(90, i * SECOND);
            assertThat(quota.scopes()).isLessThanOrEqualTo(1024);
        }
        Quota unlimited = new Quota();
        QuotaAnswer answer = unlimited.reserve(List.of(key("k", 0, 0, 1)), 5, 0);
        assertThat(unlimited.scopes()).isOne();
        ((QuotaAnswer.Granted) answer).reservation().settle(5, 0);
        assertThat(unlimited.scopes()).isZero();
    }

    @Test
    void refusals_areNotRemembered() {
        ScopedLimits used = key("k", 1, 0, 0);
        granted(List.of(used), 1, 0);
        for (int i = 0; i < 5_000; i++) {
            refused(List.of(scoped(Scope.Kind.MODEL, "m" + i, 1, 1, 1), used), 1, 0);
        }
        assertThat(quota.scopes()).isOne();
    }

    private Reservation granted(List<ScopedLimits> scopes, long tokens, long now) {
        QuotaAnswer answer = quota.reserve(scopes, tokens, now);
        assertThat(answer).isInstanceOf(QuotaAnswer.Granted.class);
        return ((QuotaAnswer.Granted) answer).reservation();
    }

    private QuotaAnswer.Refused refused(List<ScopedLimits> scopes, long tokens, long now) {
        QuotaAnswer answer = quota.reserve(scopes, tokens, now);
        assertThat(answer).isInstanceOf(QuotaAnswer.Refused.class);
        return (QuotaAnswer.Refused) answer;
    }

    /** Requests and tokens left at time 0. */
    private List<Long> remaining(List<ScopedLimits> scopes) {
        RateLimitState state = quota.state(scopes, 0);
        return List.of(
                Objects.requireNonNull(state.requests()).remaining(),
                Objects.requireNonNull(state.tokens()).remaining());
    }

    private static ScopedLimits key(String id, long requests, long tokens, int concurrency) {
        return scoped(Scope.Kind.KEY, id, requests, tokens, concurrency);
    }

    private static ScopedLimits scoped(Scope.Kind kind, String id, long requests, long tokens, int concurrency) {
        return new ScopedLimits(new Scope(kind, id), new Limits(requests, tokens, concurrency));
    }
}
