package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class ContextOptionsTest {
    private static final ContextOptions GOOD = ContextOptions.single(4096, 2);

    @Test
    void valuesThatWouldAbortTheProcess_areRefusedWithNameValueAndRange() {
        Map<String, Callable<?>> refused = Map.of(
                "maxSequences is 257; it must be 1 to 256", () -> GOOD.withSequences(257, 257),
                "maxSequences is 0", () -> GOOD.withSequences(0, 1),
                "maxOutputs is 3; it must be 4 to 2048", () -> GOOD.withSequences(4, 3),
                "maxOutputs is 2049", () -> GOOD.withSequences(4, 2049),
                "contextTokens is 2000000000", () -> ContextOptions.single(2_000_000_000, 1),
                "contextTokens is 0", () -> ContextOptions.single(0, 1),
                "batchTokens is 4097; it must be 1 to 4096", () -> GOOD.withBatch(4097, 1),
                "microBatchTokens is 129; it must be 1 to 128", () -> GOOD.withBatch(128, 129),
                "threads is 0", () -> ContextOptions.single(256, 0),
                "threads is 513; it must be 1 to 512", () -> ContextOptions.single(256, 513));
        refused.forEach((message, call) ->
                assertThatIllegalArgumentException().isThrownBy(call::call).withMessageContaining(message));
    }

    @Test
    void kvTypes_countBytesInWholeBlocks() {
        assertThat(KvType.F16.bytes(33)).isEqualTo(66);
        assertThat(KvType.Q8_0.bytes(32)).isEqualTo(34);
        assertThat(KvType.Q8_0.bytes(33)).isEqualTo(68);
    }

    @Test
    void mlaOverride_isUsedOnlyWhereAllThreeCausesMeet() {
        Backends amx = new Backends("v", "CPU : AVX512 = 1 | AMX_INT8 = 1 | REPACK = 1", "sapphirerapids", List.of());
        Backends plain = new Backends("v", "CPU : AVX512 = 1 | REPACK = 1", "zen4", List.of());
        ModelOptions mla = ModelOptions.DEFAULT.withMlaTensors(true);
        assertThat(mla.needsMlaOverride(amx)).isTrue();
        assertThat(mla.needsMlaOverride(plain)).isFalse();
        assertThat(ModelOptions.DEFAULT.needsMlaOverride(amx)).isFalse();
        assertThat(mla.withUseExtraBuffers(false).needsMlaOverride(amx)).isFalse();
    }
}
