package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that goes away takes its work with it, at every stage, and nobody else's. */
@ExtendWith(LeakRecorder.NoLeaks.class)
class ClientLeavesTest {
    private FakeWorker worker;
    private Running running;

    @BeforeEach
    void start() throws Exception {
        worker = new FakeWorker("w0");
        running = new Running();
    }

    @AfterEach
    void stop() throws Exception {
        running.close();
        worker.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItWaits_itsPlaceIsFreeAtOnce(boolean stream) throws Exception {
        running.with(worker, Backend.State.STARTING);
        try (RawClient stays = new RawClient(running.gateway).chat(stream)) {
            RawClient leaves = new RawClient(running.gateway).chat(stream);
            running.untilQueued(count -> count == 2);
            leaves.close();
            running.untilQueued(count -> count == 1);
            assertThat(disconnects("waiting")).isEqualTo(1);
            running.backends.setState("w0", Backend.State.READY, "");
            stays.readUntil("hello");
        }
        assertThat(worker.calls()).isEqualTo(1);
        running.assertIdle();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inASilentPrefill_theWorkerLearnsItAtOnce(boolean stream) throws Exception {
        running.with(worker, Backend.State.READY);
        worker.then(FakeWorker.Call::awaitHangUp);
        RawClient client = new RawClient(running.gateway).chat(stream);
        FakeWorker.Call call = worker.call();
        running.untilRunning(count -> count == 1);
        client.close();
        call.hungUp();
        running.assertIdle();
        assertThat(disconnects("prefill")).isEqualTo(1);
        assertThat(running.send(running.chat(false)).statusCode()).isEqualTo(200);
    }

    @Test
    void inTheMiddleOfAStream_theWorkerLearnsItAtOnce() throws Exception {
        running.with(worker, Backend.State.READY);
        worker.then(call -> {
            call.startEvents();
            call.event("{\"n\":1}");
            call.awaitHangUp();
        });
        FakeWorker.Call call;
        try (RawClient client = new RawClient(running.gateway).chat(true)) {
            client.readUntil("{\"n\":1}");
            call = worker.call();
        }
        call.hungUp();
        running.assertIdle();
        assertThat(disconnects("streaming")).isEqualTo(1);
    }

    @Test
    void whileAWholeAnswerArrives_theWorkerLearnsItAtOnce() throws Exception {
        running.with(worker, Backend.State.READY);
        worker.then(call -> {
            call.raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"half");
            call.awaitHangUp();
        });
        RawClient client = new RawClient(running.gateway).chat(false);
        FakeWorker.Call call = worker.call();
        client.close();
        call.hungUp();
        running.assertIdle();
    }

    @Test
    void whileItsWorkerIsBeingConnected_nothingIsLeftOfIt() throws Exception {
        // A listener that accepts nobody, its backlog full: connections to it hang.
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                java.net.Socket one = new java.net.Socket(deaf.getInetAddress(), deaf.getLocalPort());
                java.net.Socket two = new java.net.Socket(deaf.getInetAddress(), deaf.getLocalPort())) {
            assertThat(one.isConnected() && two.isConnected()).isTrue();
            running.backends.put(new Backend(
                    "deaf",
                    URI.create("http://127.0.0.1:" + deaf.getLocalPort()),
                    List.of(new ServedModel(FakeWorker.MODEL, List.of("starter"), 0)),
                    Backend.State.READY,
                    ""));
            RawClient client = new RawClient(running.gateway).chat(true);
            running.untilRunning(count -> count == 1);
            client.close();
            running.assertIdle();
            assertThat(disconnects("connecting")).isEqualTo(1);
        }
    }

    @Test
    void oneThatLeaves_doesNotTouchItsNeighbour() throws Exception {
        running.with(worker, Backend.State.READY);
        for (int i = 0; i < 2; i++) {
            worker.then(call -> {
                call.startEvents();
                call.event("{\"n\":1}");
                call.hold();
                call.endEvents();
            });
        }
        try (RawClient stays = new RawClient(running.gateway).chat(true)) {
            FakeWorker.Call neighbour = worker.call();
            stays.readUntil("{\"n\":1}");
            try (RawClient leaves = new RawClient(running.gateway).chat(true)) {
                leaves.readUntil("{\"n\":1}");
            }
            running.untilRunning(count -> count == 1);
            neighbour.go();
            stays.readUntil("data: [DONE]\n\n");
        }
        running.assertIdle();
    }

    @Test
    void thousandsOfRequestsAndHundredsOfDisconnects_leakNoConnection() throws Exception {
        running.with(worker, Backend.State.READY);
        for (int i = 0; i < 3_000; i++) {
            assertThat(running.send(running.chat(false)).statusCode()).isEqualTo(200);
        }
        assertThat(worker.accepted())
                .as("one pooled connection served them all")
                .isEqualTo(1);
        worker.usually(call -> {
            call.startEvents();
            call.event("{\"n\":1}");
            call.awaitHangUp();
        });
        for (int i = 0; i < 300; i++) {
            try (RawClient client = new RawClient(running.gateway).chat(true)) {
                client.readUntil("{\"n\":1}");
            }
        }
        running.assertIdle();
        assertThat(disconnects("streaming")).isEqualTo(300);
        assertThat(running.metric("unbusy_gateway_worker_connections")).isLessThanOrEqualTo(1);
    }

    private double disconnects(String stage) throws Exception {
        return running.metric("unbusy_gateway_disconnects_total{reason=\"client_closed\",stage=\"" + stage + "\"}");
    }
}
