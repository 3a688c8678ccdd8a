package dev.unbusy.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The models on this machine, under {@code models/} of the cache directory. */
@SuppressWarnings("DoNotCallSuggester") // until the bodies land
public final class ModelStore {
    private final Path directory;

    ModelStore(Path directory) {
        this.directory = directory;
    }

    /** What is there: the usable models, newest first, and what could not be used, as sentences. */
    public Listing list() {
        throw new UnsupportedOperationException(directory.toString());
    }

    /** The model of that name: catalogue name, Hugging Face id with or without organisation, {@code :QUANT} behind it, or file name with or without {@code .gguf}. */
    public Optional<InstalledModel> find(String name) {
        throw new UnsupportedOperationException(name);
    }

    /** Deletes the model's files. */
    public void remove(InstalledModel model) {
        throw new UnsupportedOperationException(model.id());
    }

    /** Models, and what is wrong with the rest of the folder. */
    public record Listing(List<InstalledModel> models, List<dev.unbusy.text.Text> problems) {}
}
