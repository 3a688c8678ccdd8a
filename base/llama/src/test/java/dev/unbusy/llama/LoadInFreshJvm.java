package dev.unbusy.llama;

import java.nio.file.Path;

/** Loads a directory of libraries and prints what came of it: {@code loaded VARIANT} or {@code refused CODE: MESSAGE}. */
final class LoadInFreshJvm {
    private LoadInFreshJvm() {}

    public static void main(String[] arguments) {
        try {
            Backends backends = LlamaLibrary.load(Path.of(arguments[0])).backends();
            System.out.println("loaded " + backends.cpuVariant());
        } catch (LlamaException e) {
            System.out.println("refused " + e.code() + ": " + e.getMessage());
        }
    }
}
