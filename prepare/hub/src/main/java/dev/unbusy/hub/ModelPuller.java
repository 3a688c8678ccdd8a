package dev.unbusy.hub;

import dev.unbusy.text.Progress;

/** Fetches models from a hub into the {@link ModelStore}: resumes, verifies, never leaves half a file under its final name. */
@SuppressWarnings("DoNotCallSuggester") // until the bodies land
public final class ModelPuller {
    ModelPuller() {}

    /** Fetches the model unless it is installed already. */
    public Pulled pull(ModelReference reference, PullOptions options, Progress progress) {
        throw new UnsupportedOperationException(reference.toString() + options + progress);
    }
}
