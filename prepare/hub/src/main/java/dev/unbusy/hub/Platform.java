package dev.unbusy.hub;

import java.util.Locale;

/**
 * An operating system and a processor architecture, in the words that the native packages use.
 *
 * @param os {@code linux}, {@code mac} or {@code win}, else Java's own word in lower case
 * @param arch {@code x64} or {@code arm64}, else Java's own word in lower case
 */
public record Platform(String os, String arch) {

    /** The platform this program runs on. */
    public static Platform current() {
        return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    /** Translates Java's names ({@code os.name}, {@code os.arch}). */
    static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String arch = osArch.toLowerCase(Locale.ROOT);
        return new Platform(
                os.startsWith("linux") ? "linux" : os.startsWith("mac") ? "mac" : os.startsWith("windows") ? "win" : os,
                switch (arch) {
                    case "amd64", "x86_64", "x64" -> "x64";
                    case "aarch64", "arm64" -> "arm64";
                    default -> arch;
                });
    }

    @Override
    public String toString() {
        return os + "-" + arch;
    }
}
