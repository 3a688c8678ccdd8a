package dev.unbusy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HeadroomTest {
    private static final long SECOND = 1_000_000_000L;

    private final Headroom headroom = new Headroom();

    private void runs(String tenant, int count) {
        for (int i = 0; i < count; i++) {
            headroom.started(tenant, 1, 0);
        }
    }

    @Test
    void whoIsAlone_hasAllSlots() {
        runs("flood", 7);
        assertThat(headroom.heldBack(8, 7, 0)).isEmpty();
    }

    @Test
    void whoHasMost_leavesTheLastSlots_whileOthersWereHereOfLate() {
        runs("flood", 6);
        headroom.came("quiet", 1, 0);
        assertThat(headroom.heldBack(8, 5, 0)).as("three are free").isEmpty();
        assertThat(headroom.heldBack(8, 6, 0)).containsExactly("flood");
        assertThat(headroom.heldBack(8, 6, Headroom.RECENT_NANOS)).containsExactly("flood");
        assertThat(headroom.heldBack(8, 6, Headroom.RECENT_NANOS + 1))
                .as("nobody comes")
                .isEmpty();
    }

    @Test
    void withFewSlots_nobodyLeavesAny() {
        runs("flood", 3);
        headroom.came("quiet", 1, 0);
        assertThat(headroom.heldBack(3, 3, 0)).isEmpty();
        assertThat(headroom.heldBack(4, 3, 0)).containsExactly("flood");
        assertThat(Headroom.spare(8)).isEqualTo(2);
        assertThat(Headroom.spare(32)).isEqualTo(3);
        assertThat(Headroom.spare(256)).isEqualTo(8);
    }

    @Test
    void weights_countAsTheyDoInTheQueue() {
        for (int i = 0; i < 5; i++) {
            headroom.started("heavy", 10, 0);
        }
        headroom.started("light", 1, 0);
        headroom.started("light", 1, 0);
        assertThat(headroom.heldBack(8, 7, 0))
                .as("2 of weight 1 are more than 5 of weight 10")
                .containsExactly("light");
    }

    /** Whatever happens: nobody within its share is held back, and never everybody who has something running below it. */
    @Test
    void anyCourse_holdsBackOnlyThoseWithMoreThanTheirShare() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Headroom any = new Headroom();
            Map<String, Integer> running = new HashMap<>();
            List<String> slots = new ArrayList<>();
            int capacity = 4 + random.nextInt(60);
            long now = 0;
            for (int step = 0; step < 400; step++) {
                now += random.nextInt(1_000_000_000);
                String tenant = "t" + random.nextInt(6);
                if (slots.size() < capacity && random.nextInt(3) > 0) {
                    any.started(tenant, 1, now);
                    running.merge(tenant, 1, Integer::sum);
                    slots.add(tenant);
                } else if (!slots.isEmpty()) {
                    String ended = slots.remove(random.nextInt(slots.size()));
                    any.ended(ended);
                    running.merge(ended, -1, Integer::sum);
                }
                Set<String> held = any.heldBack(capacity, slots.size(), now);
                int most =
                        running.values().stream().mapToInt(count -> count).max().orElse(0);
                long present =
                        running.values().stream().filter(count -> count > 0).count();
                for (String one : held) {
                    int own = running.getOrDefault(one, 0);
                    assertThat(own).as("seed " + seed + " step " + step).isEqualTo(most);
                    assertThat(own * 6L).isGreaterThan(capacity);
                }
                assertThat(held.isEmpty() || present > 1 || now > 0).isTrue();
                assertThat(held).hasSizeLessThan(6);
            }
        }
    }

    @Test
    void tenantsThatAreGone_areForgotten() {
        for (int i = 0; i < 100_000; i++) {
            headroom.came("t" + i, 1, i * SECOND);
        }
        assertThat(headroom.tenants()).isLessThan(1_100);
    }

    /** The figures are in the decision record. */
    @Test
    void underAFlood_quietTenantsWaitFarLess() {
        Map<Overload.Way, Double> waits = new HashMap<>();
        Map<Overload.Way, Double> served = new HashMap<>();
        for (Overload.Way way : Overload.Way.values()) {
            for (int seed = 1; seed <= 6; seed++) {
                Overload world = flood(new Overload(seed, 1, 8).with(way));
                waits.merge(way, quietWait(world) / 6, Double::sum);
                served.merge(way, served(world) / 6, Double::sum);
            }
            System.out.println(
                    way + " p99 " + waits.getOrDefault(way, 0.0) / SECOND + " served " + served.getOrDefault(way, 0.0));
        }
        double alone = waits.getOrDefault(Overload.Way.QUEUE_ALONE, 0.0);
        assertThat(waits.getOrDefault(Overload.Way.HEADROOM, 0.0))
                .as("p99 against %s", alone)
                .isLessThan(0.5 * alone);
        assertThat(waits.getOrDefault(Overload.Way.TAKING_BACK, 0.0))
                .as("p99 against %s", alone)
                .isLessThan(0.1 * alone);
        assertThat(served.getOrDefault(Overload.Way.TAKING_BACK, 0.0))
                .as("of what the slots can do")
                .isGreaterThan(0.98);
    }

    @ParameterizedTest
    @EnumSource(
            value = Overload.Way.class,
            names = {"HEADROOM", "TAKING_BACK"})
    void promisesAreKept(Overload.Way way) {
        int told = 0;
        int admittedThen = 0;
        int admitted = 0;
        int expired = 0;
        for (int seed = 1; seed <= 6; seed++) {
            for (Overload.Request request : flood(new Overload(seed, 1, 8).with(way)).requests) {
                if (request.refusals > 0 && request.comesBack) {
                    told++;
                    admittedThen += request.refusals == 1 ? 1 : 0;
                }
                admitted += request.startedNanos >= 0 || request.expired ? 1 : 0;
                expired += request.expired ? 1 : 0;
                assertThat(request.tenant == 0 || request.refusals == 0).isTrue();
            }
        }
        assertThat(told).isGreaterThan(1_000);
        assertThat((double) admittedThen / told).isGreaterThan(0.95);
        assertThat((double) expired / admitted).isLessThan(0.01);
    }

    private static double served(Overload world) {
        return world.requests.stream()
                        .filter(request -> request.startedNanos >= 0 && request.startedNanos < 300 * SECOND)
                        .mapToDouble(request -> request.actualNanos)
                        .sum()
                / (300.0 * SECOND);
    }

    private static Overload flood(Overload world) {
        long end = 300 * SECOND;
        world.tenant(0, 5, 1, 20 * SECOND, 0.5, 0, end);
        for (int tenant = 1; tenant <= 10; tenant++) {
            world.tenant(tenant, 0.02, 1, 60 * SECOND, 0.5, 0, end);
        }
        world.run();
        return world;
    }

    private static double quietWait(Overload world) {
        return Overload.percentile(
                world.requests.stream()
                        .filter(request -> request.tenant > 0 && request.startedNanos >= 0)
                        .map(Overload.Request::waitedNanos)
                        .toList(),
                0.99);
    }
}
