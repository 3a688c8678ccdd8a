package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.admission.Job;
import dev.unbusy.admission.Price;
import dev.unbusy.routing.Choice;
import dev.unbusy.routing.PrefixKeys;
import dev.unbusy.routing.RequestFacts;
import dev.unbusy.routing.RoutingPolicy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which backend is chosen, by what their answers said of them. */
class PoolTest {
    private final Backends backends = new Backends();
    private final Pool pool = new Pool(backends, RoutingPolicy.named("unbusy"), new DispatchLimits(1, 32, 1_000));

    private record Request(RequestFacts facts) implements Dispatcher.Candidate {
        static Request of(@Nullable String prompt) {
            PrefixKeys keys = prompt == null
                    ? null
                    : PrefixKeys.of(ByteBuffer.wrap(prompt.getBytes(StandardCharsets.UTF_8)), 1, null);
            return new Request(new RequestFacts("m", new Price(1_000, 10, 1_000_000_000, 100_000_000), keys));
        }

        @Override
        public long arrival() {
            return 1;
        }

        @Override
        public String tenant() {
            return "";
        }

        @Override
        public double weight() {
            return 1;
        }

        @Override
        public Job<Dispatcher.Candidate> job(boolean returning, long startNanos) {
            throw new AssertionError("nobody waits here");
        }

        @Override
        public long bodyBytes() {
            return 0;
        }

        @Override
        public boolean avoids(Backends.Entry entry) {
            return false;
        }

        @Override
        public void placed(Placement.Placed placed) {}

        @Override
        public void hopeless(Placement.Hopeless why) {}
    }

    @BeforeEach
    void start() {
        backends.addListener(pool::changed);
        put("a", Backend.State.READY);
        put("b", Backend.State.READY);
    }

    private void put(String id, Backend.State state) {
        backends.put(new Backend(
                id, URI.create("http://127.0.0.1:1"), List.of(new ServedModel("m", List.of(), 0)), state, ""));
    }

    private Pool.Chosen choose(@Nullable String prompt) {
        return Objects.requireNonNull(pool.choose(Request.of(prompt), false));
    }

    private void end(Pool.Chosen chosen, Slot.End end) {
        chosen.lease().release();
        pool.ended(chosen, end);
    }

    private static String id(Pool.Chosen chosen) {
        return chosen.entry().backend().id();
    }

    /** Sends until one backend has had so many failures in a row. */
    private void fail(String id, int times) {
        for (int failures = 0; failures < times; ) {
            Pool.Chosen chosen = choose(null);
            boolean it = id(chosen).equals(id);
            end(chosen, it ? Slot.End.FAILED : Slot.End.SUCCEEDED);
            failures += it ? 1 : 0;
        }
    }

    @Test
    void aPromptThatABackendHasSeen_goesThereAgain_untilTheOthersAreSoMuchLessBusy() {
        String prompt = "You are a helpful assistant. ".repeat(100);
        Pool.Chosen first = choose(prompt);
        end(first, Slot.End.SUCCEEDED);
        for (int i = 0; i < 5; i++) {
            Pool.Chosen again = choose(prompt + i);
            assertThat(id(again)).isEqualTo(id(first));
            assertThat(again.reason()).isEqualTo(Choice.Reason.PREFIX_AFFINITY);
            end(again, Slot.End.SUCCEEDED);
        }
        boolean spilled = false;
        for (int i = 0; i < 33 && !spilled; i++) {
            Pool.Chosen busy = choose(prompt + i);
            spilled = !id(busy).equals(id(first));
        }
        assertThat(spilled).as("it does not queue behind the others for ever").isTrue();
    }

    @Test
    void aBackendThatStartsAgain_hasAnEmptyCache() {
        String prompt = "You are a helpful assistant. ".repeat(100);
        Pool.Chosen first = choose(prompt);
        end(first, Slot.End.SUCCEEDED);
        put(id(first), Backend.State.STARTING);
        put(id(first), Backend.State.READY);
        assertThat(choose(prompt).reason()).isNotEqualTo(Choice.Reason.PREFIX_AFFINITY);
    }

    @Test
    void aBackendThatFailsAgainAndAgain_getsNothing_whileAnotherWorks() {
        fail("a", 5);
        for (int i = 0; i < 20; i++) {
            assertThat(id(choose(null))).isEqualTo("b");
        }
    }

    @Test
    void whereAllFail_theyAreTriedAllTheSame() {
        fail("a", 5);
        for (int i = 0; i < 5; i++) {
            end(choose(null), Slot.End.FAILED);
        }
        assertThat(pool.fits(Request.of(null), false)).isTrue();
        end(choose(null), Slot.End.SUCCEEDED);
        assertThat(pool.hasRoom("m", false)).isTrue();
    }

    @Test
    void aClientThatLeaves_saysNothingOfTheBackend() {
        for (int i = 0; i < 50; i++) {
            end(choose(null), Slot.End.ABANDONED);
        }
        assertThat(pool.hasRoom("m", false)).isTrue();
        backends.remove("b");
        assertThat(id(choose(null))).isEqualTo("a");
    }
}
