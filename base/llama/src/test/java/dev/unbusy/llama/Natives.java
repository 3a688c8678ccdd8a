package dev.unbusy.llama;

import dev.unbusy.text.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The real library and the real starter model, loaded once for all tests of this JVM. */
final class Natives {
    private static @Nullable Model model;

    private Natives() {}

    static Path directory() {
        return required("unbusy.test.natives", "-Dunbusy.natives=DIRECTORY with the shared libraries");
    }

    static Path modelFile() {
        return required("unbusy.test.model", "-Dunbusy.model=FILE, a small GGUF model");
    }

    static LlamaLibrary library() {
        return LlamaLibrary.load(directory());
    }

    static synchronized Model model() {
        Model loaded = model;
        if (loaded == null) {
            loaded = library().loadModel(modelFile(), ModelOptions.DEFAULT, Progress.NONE);
            model = loaded;
        }
        return loaded;
    }

    private static Path required(String property, String option) {
        String value = System.getProperty(property, "");
        if (value.isEmpty() || !Files.exists(Path.of(value))) {
            throw new AssertionError(
                    "this test needs the native library and the starter model; run ./unbusy verify, which"
                            + " fetches both, or give Maven " + option + " (" + property + " is \"" + value + "\")");
        }
        return Path.of(value);
    }
}
