package dev.unbusy.hub;

import dev.unbusy.text.Progress;
import org.jspecify.annotations.Nullable;

/** Gets the model that {@code up} is to serve: finds it in the store, or chooses and fetches it. */
@SuppressWarnings("DoNotCallSuggester") // until the bodies land
public final class ModelProvider {
    ModelProvider() {}

    /**
     * @param wanted what the reader asked for (a {@link ModelReference}), or null for the best model this machine can run
     */
    public ProvidedModel provide(@Nullable String wanted, Progress progress) {
        throw new UnsupportedOperationException(wanted + progress);
    }
}
