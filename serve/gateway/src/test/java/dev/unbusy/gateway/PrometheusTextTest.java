package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {
    static byte[] recorded(String name) throws IOException {
        try (InputStream in = PrometheusTextTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    @Test
    void pagesAsServersWriteThem_areSummedOverTheirLabels() throws Exception {
        PrometheusText vllm = new PrometheusText(recorded("vllm-metrics.txt"));
        assertThat(vllm.sum("vllm:num_requests_running")).isEqualTo(5);
        assertThat(vllm.hasPrefix("vllm:")).isTrue();
        PrometheusText llama = new PrometheusText(recorded("llama-server-metrics.txt"));
        assertThat(llama.sum("llamacpp:prompt_tokens_total")).isEqualTo(39);
        assertThat(llama.sum("llamacpp:n_decode_total"))
                .as("the count that moves within an answer")
                .isPositive();
        assertThat(llama.first("none", "llamacpp:tokens_predicted_total")).isEqualTo(8);
        assertThat(llama.sum("none")).isNaN();
        assertThat(new PrometheusText(recorded("sglang-metrics.txt")).sum("sglang:generation_tokens_total"))
                .isEqualTo(7_557_572);
    }

    @Test
    void oddLines_areSkippedOrRead_asTheFormatSays() {
        PrometheusText page = new PrometheusText("""
                a{path="/x y",q="}"} 1 1700000000000
                a{path="b"} 2
                b NaN
                c +Inf
                d 1e3
                 e  4
                nothing
                {} 5
                f{ 6
                g one
                """.getBytes(UTF_8));
        assertThat(page.sum("a")).isEqualTo(3);
        assertThat(page.sum("b")).isNaN();
        assertThat(page.sum("d")).isEqualTo(1_000);
        assertThat(page.sum("e")).isEqualTo(4);
        assertThat(page.sum("g")).isNaN();
    }

    @Test
    void noBytes_breakIt() throws Exception {
        byte[] page = recorded("vllm-metrics.txt");
        Random random = new Random(7);
        for (int i = 0; i < 3_000; i++) {
            byte[] broken = page.clone();
            for (int n = 0; n < 1 + random.nextInt(40); n++) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            int round = i;
            assertThatCode(() -> new PrometheusText(broken))
                    .as("round " + round)
                    .doesNotThrowAnyException();
            assertThatCode(() -> {
                        try {
                            PlainJson.read(broken);
                        } catch (IOException notJson) {
                            assertThat(notJson).isNotNull();
                        }
                    })
                    .as("round " + round)
                    .doesNotThrowAnyException();
        }
    }
}
