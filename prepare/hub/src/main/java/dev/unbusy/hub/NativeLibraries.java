package dev.unbusy.hub;

import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import org.jspecify.annotations.Nullable;

/** The native libraries of llama.cpp for this platform, fetched once with npm and pinned by checksum. */
@SuppressWarnings("DoNotCallSuggester") // until the bodies land
public final class NativeLibraries {
    NativeLibraries() {}

    /** The backend to use and why. */
    public record Choice(Backend backend, Text reason) {}

    /** @param wanted the backend asked for, or null to take the best that this machine has */
    public Choice choose(Platform platform, @Nullable Backend wanted) {
        throw new UnsupportedOperationException(platform + " " + wanted);
    }

    /** The folder with the libraries, fetched if it is not there, checked if it is. Needs no network when present. */
    public NativeDirectory ensure(Platform platform, Backend backend, Progress progress) {
        throw new UnsupportedOperationException(platform + " " + backend + progress);
    }
}
