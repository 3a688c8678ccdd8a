package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nobody answers: the reader is told which address, why, and what else there is, after two attempts. */
class HubUnreachableTest extends TinyModelRig {
    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** It took eight attempts and 48 s, and said "Connection lost (IOException: ConnectException)". */
    @Test
    void aClosedPort_isSaidAfterTwoAttempts() throws IOException {
        String address = "http://127.0.0.1:" + closedPort();
        HubException e = refused(address + "/org/name/tiny.gguf");
        assertThat(e.code()).isEqualTo("hub-unreachable");
        assertThat(e.text())
                .isEqualTo(new Text(
                        address + " cannot be reached: the connection is refused.", "无法连接 " + address + "：连接被拒绝。"));
        assertThat(e.remedy().en())
                .contains("HF_ENDPOINT")
                .contains("modelscope:")
                .contains("--model FILE");
        assertThat(e.remedy().zh())
                .contains("HF_ENDPOINT")
                .contains("modelscope:")
                .contains("--model FILE");
        assertThat(rig.waits).hasSize(1).allSatisfy(wait -> assertThat(wait).isLessThan(Duration.ofSeconds(1)));
        assertThat(rig.shown)
                .extracting(Text::en)
                .contains(address + " cannot be reached: the connection is refused; trying again");
    }

    @Test
    void aNameThatNobodyKnows_isSaidAfterTwoAttempts() {
        HubException e = refused("http://no-such-hub.invalid/org/name/tiny.gguf");
        assertThat(e.code()).isEqualTo("hub-unreachable");
        assertThat(e.text().en())
                .isEqualTo("http://no-such-hub.invalid cannot be reached: its name cannot be resolved.");
        assertThat(e.text().zh()).isEqualTo("无法连接 http://no-such-hub.invalid：无法解析域名。");
        assertThat(rig.waits).hasSize(1);
    }

    @Test
    void aHubThatTakesTheRequestAndSaysNothing_isGivenUpAfterTwoAttempts() {
        rig.fake.silent = true;
        HubException e = refused("hf:" + REPOSITORY);
        assertThat(e.code()).isEqualTo("hub-unreachable");
        assertThat(e.text().en()).contains("no answer within 0.7 s");
        assertThat(rig.waits).hasSize(1);
    }

    @Test
    void aProxyThatIsNotThere_isNamed() throws IOException {
        int port = closedPort();
        try (HubRig proxied = new HubRig(folder, Map.of("http_proxy", "http://user:secret@127.0.0.1:" + port))) {
            HubException e = org.assertj.core.api.Assertions.catchThrowableOfType(
                    HubException.class, () -> proxied.pull("http://hub.invalid/org/name/tiny.gguf"));
            assertThat(e.text().en())
                    .isEqualTo("http://hub.invalid through the proxy 127.0.0.1:" + port
                            + " cannot be reached: the connection is refused.");
        }
    }

    /** A network that is gone for a moment must not end a download of hours: there, somebody had answered. */
    @Test
    void aHubThatGoesAwayInMidDownload_isTriedAsOftenAsTheSettingSays() {
        rig.fake.faults.add(new FakeHub.Fault.Cut(100_000));
        rig.onWait = () -> rig.fake.close();
        HubException e = refused("hf:" + REPOSITORY);
        assertThat(e.code()).isEqualTo("hub-unreachable");
        assertThat(e.text().en()).contains("the connection is refused");
        assertThat(rig.waits).hasSizeGreaterThanOrEqualTo(HubRig.TRIES - 1);
    }

    /** A proxy's 404 page was read as "Hugging Face does not have the repository". */
    @Test
    void aServerThatIsNoHub_isNotBelievedAboutTheModel() {
        rig.fake.hubStatus = 404;
        rig.fake.hubBody = "<html>not found</html>";
        HubException e = refused("hf:" + REPOSITORY);
        assertThat(e.code()).isEqualTo("hub-error");
        assertThat(e.text().en())
                .isEqualTo(rig.fake.endpoint() + " does not answer like Hugging Face: status 404 without JSON");
    }
}
