package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.catalog.ModelCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
    @TempDir
    Path folder;

    private CacheDirectory cache;
    private ModelStore store;

    @BeforeEach
    void open() {
        cache = CacheDirectory.open(null, Map.of("XDG_CACHE_HOME", folder.toString()));
        store = new ModelStore(cache.models(), ModelCatalog.load());
    }

    @Test
    void list_showsAFilePutThereByHand() throws IOException {
        Path file = Files.write(cache.models().resolve("my-own.gguf"), HubRig.gguf(64, 1));
        InstalledModel model = store.list().models().getFirst();
        assertThat(model.id()).isEqualTo("my-own");
        assertThat(model.source()).isEqualTo("file");
        assertThat(model.architecture()).isEqualTo("qwen2");
        assertThat(store.find("my-own")).contains(model);
        assertThat(store.find("MY-OWN.GGUF")).contains(model);
        store.remove(model);
        assertThat(file).doesNotExist();
    }

    @Test
    void list_reportsWhatIsWrongAndShowsTheRest() throws IOException {
        Files.write(cache.models().resolve("good.gguf"), HubRig.gguf(64, 1));
        Files.writeString(cache.models().resolve("bad.gguf"), "<html>");
        Files.writeString(cache.models().resolve("broken.gguf.json"), "{\"id\":");
        Files.writeString(
                cache.models().resolve("climbing.gguf.json"),
                "{\"id\":\"x\",\"bytes\":1,\"source\":\"s\",\"parts\":[\"../../../etc/passwd\"]}");
        ModelManifest.write(model("gone.gguf", 10));
        Files.write(cache.models().resolve("short.gguf"), new byte[5]);
        ModelManifest.write(model("short.gguf", 10));

        ModelStore.Listing listing = store.list();
        assertThat(listing.models()).extracting(InstalledModel::id).containsExactly("good");
        assertThat(listing.problems())
                .extracting(problem -> problem.en())
                .anyMatch(text -> text.contains("bad.gguf") && text.contains("web page"))
                .anyMatch(text -> text.contains("broken.gguf.json"))
                .anyMatch(text -> text.contains("climbing.gguf.json"))
                .anyMatch(text -> text.contains("gone.gguf is missing"))
                .anyMatch(text -> text.contains("short.gguf has 5 bytes instead of 10"));
    }

    @Test
    void find_takesTheNewestOfSeveralAndTheQuantizationNamed() throws IOException {
        for (String quantization : new String[] {"Q8_0", "Q4_K_M"}) {
            Path file = Files.write(cache.models().resolve("m-" + quantization + ".gguf"), HubRig.gguf(64, 1));
            ModelManifest.write(new InstalledModel(
                    "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
                    file,
                    List.of(file),
                    Files.size(file),
                    quantization,
                    "qwen2",
                    "huggingface:unsloth/X-GGUF",
                    null,
                    null,
                    Instant.ofEpochSecond(quantization.equals("Q8_0") ? 1 : 2)));
        }
        assertThat(store.find("r1-7b").orElseThrow().quantization()).isEqualTo("Q4_K_M");
        assertThat(store.find("DeepSeek-R1-Distill-Qwen-7B:q8_0").orElseThrow().quantization())
                .isEqualTo("Q8_0");
        assertThat(store.find("unsloth/X-GGUF")).isPresent();
        assertThat(store.find("nothing")).isEmpty();
    }

    private InstalledModel model(String name, long bytes) {
        Path file = cache.models().resolve(name);
        return new InstalledModel(
                "x/" + name, file, List.of(file), bytes, null, null, "url:x", null, null, Instant.EPOCH);
    }
}
