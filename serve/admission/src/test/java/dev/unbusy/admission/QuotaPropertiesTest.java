package dev.unbusy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What holds in every schedule. */
class QuotaPropertiesTest {
    private static final long MICRO = 1_000;
    private static final long MINUTE = 60_000_000_000L;

    /** What was taken or given back at one time. */
    private record Charge(long nanos, long tokens, boolean reserved) {}

    /** @param mask the scopes it passed */
    private record Open(Reservation reservation, int mask) {}

    /** Also with threads whose clocks are behind, and while what was reserved is settled higher and lower. */
    @Property
    void tokens_overAnyTime_areAtMostABucketAndTheRefillOfThatTime(
            @ForAll @LongRange(min = 10, max = 1_000_000) long perMinute, @ForAll long seed) {
        Random random = new Random(seed);
        List<ScopedLimits> scopes = List.of(key("k", new Limits(0, perMinute, 0)));
        Quota quota = new Quota();
        List<Charge> charges = new ArrayList<>();
        List<Reservation> open = new ArrayList<>();
        long now = random.nextLong();
        for (int i = 0; i < 150; i++) {
            now += random.nextInt(4) == 0 ? 0 : random.nextLong(MINUTE / 20);
            long seen = now - random.nextLong(20 * MICRO);
            if (!open.isEmpty() && random.nextInt(3) == 0) {
                Reservation reservation = open.remove(random.nextInt(open.size()));
                long actual = random.nextLong(reservation.tokens() * 5 / 4 + 1);
                reservation.settle(actual, seen);
                charges.add(new Charge(now, actual - reservation.tokens(), false));
            } else if (quota.reserve(scopes, 1 + random.nextLong(perMinute), seen)
                    instanceof QuotaAnswer.Granted granted) {
                open.add(granted.reservation());
                charges.add(new Charge(now, granted.reservation().tokens(), true));
            }
        }
        assertThat(charges).hasSizeGreaterThan(10);
        for (int from = 0; from < charges.size(); from++) {
            long sum = 0;
            for (int to = from; to < charges.size(); to++) {
                sum += charges.get(to).tokens;
                if (charges.get(to).reserved) {
                    double minutes = (charges.get(to).nanos - charges.get(from).nanos + 20.0 * MICRO) / MINUTE;
                    assertThat((double) sum).isLessThanOrEqualTo(perMinute + minutes * perMinute);
                }
            }
        }
    }

    @Property
    void whenAllHaveEnded_theBucketsLackExactlyWhatWasUsed_evenIfLimitsChangedMeanwhile(@ForAll long seed) {
        Random random = new Random(seed);
        Quota quota = new Quota();
        String[] ids = {"a", "b", "c"};
        long[] usedTokens = new long[ids.length];
        long[] usedRequests = new long[ids.length];
        Limits[] limits = new Limits[ids.length];
        List<Open> open = new ArrayList<>();
        for (int i = 0; i < 200 || !open.isEmpty(); i++) {
            if (i < 200 && random.nextBoolean()) {
                int mask = random.nextInt(1 << ids.length);
                List<ScopedLimits> scopes = new ArrayList<>();
                for (int s = 0; s < ids.length; s++) {
                    if ((mask >> s & 1) != 0) {
                        limits[s] = new Limits(200 + random.nextInt(100), 30_000 + random.nextInt(10_000), 0);
                        scopes.add(key(ids[s], limits[s]));
                    }
                }
                open.add(new Open(granted(quota.reserve(scopes, random.nextInt(150), 0)), mask));
            } else if (!open.isEmpty()) {
                Open ended = open.remove(random.nextInt(open.size()));
                Reservation reservation = ended.reservation;
                int mask = ended.mask;
                boolean ran = random.nextInt(3) > 0;
                long actual = random.nextLong(reservation.tokens() + 50);
                assertThat(ran ? reservation.settle(actual, 0) : reservation.cancel(0))
                        .isTrue();
                for (int s = 0; ran && s < ids.length; s++) {
                    if ((mask >> s & 1) != 0) {
                        usedTokens[s] += actual;
                        usedRequests[s]++;
                    }
                }
            }
        }
        for (int s = 0; s < ids.length; s++) {
            if (limits[s] != null) {
                RateLimitState state = quota.state(List.of(key(ids[s], limits[s])), 0);
                assertThat(Objects.requireNonNull(state.tokens()).remaining())
                        .isEqualTo(limits[s].tokensPerMinute() - usedTokens[s]);
                assertThat(Objects.requireNonNull(state.requests()).remaining())
                        .isEqualTo(limits[s].requestsPerMinute() - usedRequests[s]);
            }
        }
    }

    /** Scopes of the model below are never forgotten, and it asks all of them before it takes anything. */
    @Property
    void decisions_areThoseOfAModelThatCountsPlainlyAndForgetsNothing(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int scopeCount) {
        Random random = new Random(seed);
        Quota quota = new Quota();
        List<ScopedLimits> all = new ArrayList<>();
        PlainScope[] plain = new PlainScope[scopeCount];
        for (int s = 0; s < scopeCount; s++) {
            Limits limits =
                    new Limits(random.nextInt(20), random.nextInt(3) * 700L + random.nextInt(50), random.nextInt(6));
            all.add(key("s" + s, limits));
            plain[s] = new PlainScope(limits);
        }
        List<Open> open = new ArrayList<>();
        int refusals = 0;
        long micros = 0;
        for (int i = 0; i < 300; i++) {
            micros += random.nextInt(30) == 0 ? random.nextInt(200_000_000) : random.nextInt(3_000_000);
            long now = micros * MICRO;
            if (!open.isEmpty() && random.nextInt(3) == 0) {
                Open ended = open.remove(random.nextInt(open.size()));
                Reservation reservation = ended.reservation;
                int mask = ended.mask;
                boolean ran = random.nextBoolean();
                long actual = random.nextInt(500);
                assertThat(ran ? reservation.settle(actual, now) : reservation.cancel(now))
                        .isTrue();
                for (int s = 0; s < scopeCount; s++) {
                    if ((mask >> s & 1) != 0) {
                        plain[s].end(micros, reservation.tokens(), ran ? 1 : 0, ran ? actual : 0);
                    }
                }
                continue;
            }
            long tokens = random.nextInt(10) == 0 ? 2_000 : random.nextInt(400);
            int mask = 1 + random.nextInt((1 << scopeCount) - 1);
            List<ScopedLimits> scopes = new ArrayList<>();
            boolean admits = true;
            for (int s = 0; s < scopeCount; s++) {
                if ((mask >> s & 1) != 0) {
                    scopes.add(all.get(s));
                    admits &= plain[s].admits(micros, tokens);
                }
            }
            QuotaAnswer answer = quota.reserve(scopes, tokens, now);
            assertThat(answer instanceof QuotaAnswer.Granted).as("step %d", i).isEqualTo(admits);
            if (admits) {
                open.add(new Open(granted(answer), mask));
                for (int s = 0; s < scopeCount; s++) {
                    if ((mask >> s & 1) != 0) {
                        plain[s].take(tokens);
                    }
                }
                continue;
            }
            refusals++;
            QuotaAnswer.Refused refused = (QuotaAnswer.Refused) answer;
            if (refused.exact()) { // Nothing comes until then: not earlier, but then.
                assertThat(refused.waitNanos()).isPositive();
                assertThat(quota.reserve(scopes, tokens, now + refused.waitNanos() - MICRO))
                        .isInstanceOf(QuotaAnswer.Refused.class);
                granted(quota.reserve(scopes, tokens, now + refused.waitNanos()))
                        .cancel(now + refused.waitNanos());
                micros = Math.ceilDiv(now + refused.waitNanos(), MICRO);
            }
        }
        assertThat(refusals + open.size()).isPositive();
    }

    /** Limits of one scope, counted in 1/60,000,000 and whole microseconds. */
    private static final class PlainScope {
        private static final long UNIT = 60_000_000;

        private final Limits limits;
        private long requests;
        private long tokens;
        private long running;
        private long micros;

        PlainScope(Limits limits) {
            this.limits = limits;
            requests = limits.requestsPerMinute() * UNIT;
            tokens = limits.tokensPerMinute() * UNIT;
        }

        boolean admits(long nowMicros, long asked) {
            refill(nowMicros);
            return (limits.concurrency() == 0 || running < limits.concurrency())
                    && (limits.requestsPerMinute() == 0 || requests >= UNIT)
                    && (limits.tokensPerMinute() == 0 || tokens >= Math.min(asked, limits.tokensPerMinute()) * UNIT);
        }

        void take(long asked) {
            running++;
            requests -= UNIT;
            tokens -= asked * UNIT;
        }

        void end(long nowMicros, long taken, int usedRequests, long usedTokens) {
            refill(nowMicros);
            running--;
            requests += (1 - usedRequests) * UNIT;
            tokens += (taken - usedTokens) * UNIT;
            refill(nowMicros);
        }

        private void refill(long nowMicros) {
            long elapsed = nowMicros - micros;
            micros = nowMicros;
            requests = Math.min(limits.requestsPerMinute() * UNIT, requests + elapsed * limits.requestsPerMinute());
            tokens = Math.min(limits.tokensPerMinute() * UNIT, tokens + elapsed * limits.tokensPerMinute());
        }
    }

    private static Reservation granted(QuotaAnswer answer) {
        assertThat(answer).isInstanceOf(QuotaAnswer.Granted.class);
        return ((QuotaAnswer.Granted) answer).reservation();
    }

    private static ScopedLimits key(String id, Limits limits) {
        return new ScopedLimits(new Scope(Scope.Kind.KEY, id), limits);
    }
}
