package dev.unbusy.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelChooserTest {
    private static final ModelCatalog CATALOG = ModelCatalog.load();
    private final ModelChooser chooser = new ModelChooser(CATALOG);

    @Test
    void choose_onABigFastMachine_takesTheLargest() {
        ModelChoice choice = chooser.choose(host(128, 400.0), Set.of(), Supply.of(true));
        assertThat(choice.model().shortName()).isEqualTo("DeepSeek-R1-Distill-Llama-70B");
        assertThat(choice.rejected()).isEmpty();
        assertThat(choice.tokensPerSecond()).isBetween(5.0, 6.0);
    }

    @Test
    void choose_onALaptop_weighsMemoryAndSpeedAndSaysWhyNotTheOthers() {
        ModelChoice choice = chooser.choose(host(14, 50.0), Set.of(), Supply.of(true));
        // 50 GB/s × 0.6 / 5.07 GB = 5.9 tokens/s for the 8B; 14B gives 3.3.
        assertThat(choice.model().shortName()).isEqualTo("DeepSeek-R1-0528-Qwen3-8B");
        assertThat(choice.sizeIsEstimate()).isTrue();
        assertThat(choice.rejected()).hasSize(3);
        assertThat(choice.rejected().get(0).en()).contains("70B needs").contains("14.0 GB are free");
        assertThat(choice.rejected().get(2).en()).contains("14B would give about 3.3 tokens/s");
        assertThat(choice.reason().zh()).contains("估计值");
    }

    @Test
    void choose_withoutAHub_takesTheStarter() {
        ModelChoice choice = chooser.choose(host(128, 400.0), Set.of(), Supply.of(false));
        assertThat(choice.model()).isEqualTo(CATALOG.starter());
        assertThat(choice.quantization()).isEqualTo("Q4_1");
        assertThat(choice.reason().en()).contains("No model hub can be reached");
    }

    @Test
    void choose_whereNoHubGivesTheBest_takesTheNextBestAndSaysWhy() {
        Supply supply = new Supply(
                true,
                Map.of("deepseek-ai/DeepSeek-R1-0528-Qwen3-8B", Text.of("the hub has no such file", "仓库中没有此文件")),
                Map.of());
        ModelChoice choice = chooser.choose(host(14, 50.0), Set.of(), supply);
        assertThat(choice.model().shortName()).isEqualTo("DeepSeek-R1-Distill-Llama-8B");
        assertThat(choice.rejected().getLast().en()).contains("Qwen3-8B: the hub has no such file");
    }

    @Test
    void choose_whereTheDiskHasNoRoomForTheBest_takesASmallerOne() {
        Map<String, Bytes> room = CATALOG.models().stream()
                .collect(Collectors.toMap(CatalogModel::id, model -> new Bytes(2_000_000_000)));
        ModelChoice choice = chooser.choose(host(14, 50.0), Set.of(), new Supply(true, Map.of(), room));
        assertThat(choice.model().shortName()).isEqualTo("DeepSeek-R1-Distill-Qwen-1.5B");
        assertThat(choice.rejected().getLast().en()).contains("7B takes").contains("on the disk, 2.0 GB are free");
    }

    @Test
    void choose_whereNoHubGivesAnything_takesTheStarterAndDoesNotBlameTheMachine() {
        Map<String, Text> nothing = CATALOG.models().stream()
                .collect(Collectors.toMap(CatalogModel::id, model -> Text.of("not there", "没有")));
        ModelChoice choice = chooser.choose(host(14, 50.0), Set.of(), new Supply(true, nothing, Map.of()));
        assertThat(choice.model()).isEqualTo(CATALOG.starter());
        assertThat(choice.reason().en()).contains("No hub gives");
    }

    @Test
    void choose_whereNothingFits_takesTheStarter() {
        ModelChoice choice = chooser.choose(host(1, 400.0), Set.of(), Supply.of(true));
        assertThat(choice.model()).isEqualTo(CATALOG.starter());
        assertThat(choice.rejected()).hasSize(7);
    }

    @Test
    void choose_withAnInstalledModel_asksNoHub() {
        String installed = "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B";
        ModelChoice choice = chooser.choose(host(128, 400.0), Set.of(installed), Supply.NOT_ASKED);
        assertThat(choice.model().id()).isEqualTo(installed);
        choice = chooser.choose(host(128, 400.0), Set.of(CATALOG.starter().id()), Supply.NOT_ASKED);
        assertThat(choice.model()).isEqualTo(CATALOG.starter());
    }

    @Test
    void choose_withAnInstalledModelThatDoesNotFit_doesNotTakeIt() {
        ModelChoice choice =
                chooser.choose(host(4, 40.0), Set.of("deepseek-ai/DeepSeek-R1-Distill-Llama-70B"), Supply.of(true));
        assertThat(choice.model().shortName()).isEqualTo("DeepSeek-R1-Distill-Qwen-1.5B");
    }

    @Test
    void choose_whereSpeedIsUnknown_takesTheSmallestThatFits() {
        ModelChoice choice = chooser.choose(host(128, null), Set.of(), Supply.of(true));
        assertThat(choice.model().shortName()).isEqualTo("DeepSeek-R1-Distill-Qwen-1.5B");
        assertThat(choice.tokensPerSecond()).isNull();
    }

    @Test
    void choose_withAGpu_takesWhatFitsItWhateverTheProcessorIs() {
        HostFacts host =
                host(8, 10.0).with(List.of(new HostFacts.Gpu("NVIDIA RTX 4090", Bytes.gibi(24), Bytes.gibi(23))));
        // 32B: (19.9 + 2.1 + 0.6) × 1.15 = 26 GB is over 23 GiB; 14B fits.
        assertThat(chooser.choose(host, Set.of(), Supply.of(true)).model().shortName())
                .isEqualTo("DeepSeek-R1-Distill-Qwen-14B");
    }

    @Property
    void choose_neverTakesADistillThatDoesNotFitOrIsTooSlow(
            @ForAll @LongRange(min = 0, max = 200) long gigabytes,
            @ForAll @DoubleRange(min = 1, max = 1000) double gigabytesPerSecond) {
        ModelChoice choice = chooser.choose(host(gigabytes, gigabytesPerSecond), Set.of(), Supply.of(true));
        if (!choice.model().equals(CATALOG.starter())) {
            assertThat(ModelChooser.needed(choice.model()).count()).isLessThanOrEqualTo(gigabytes * 1_000_000_000);
            assertThat(choice.tokensPerSecond()).isGreaterThanOrEqualTo(5);
        }
        // All that is preferred to it was turned down, each with a reason.
        assertThat(choice.rejected()).hasSize((int) CATALOG.models().stream()
                .filter(model -> model.order() > choice.model().order())
                .count());
    }

    private static HostFacts host(long gigabytes, @Nullable Double gigabytesPerSecond) {
        Bytes memory = new Bytes(gigabytes * 1_000_000_000);
        return new HostFacts(
                8,
                4,
                null,
                memory,
                memory,
                null,
                gigabytesPerSecond == null ? null : new MemoryBandwidth(gigabytesPerSecond * 1e9, "test"),
                List.of());
    }
}
