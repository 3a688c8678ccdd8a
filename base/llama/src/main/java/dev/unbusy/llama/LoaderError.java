package dev.unbusy.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;

/**
 * The system linker's own words on why a library does not load. Java drops them, and "cannot open library" helps nobody
 * to find the missing libstdc++.
 */
final class LoaderError {
    private static final int RTLD_NOW = 2;

    private LoaderError() {}

    static String of(Path library) {
        Linker linker = Linker.nativeLinker();
        SymbolLookup libc = linker.defaultLookup();
        MemorySegment dlopen = libc.find("dlopen").orElse(MemorySegment.NULL);
        MemorySegment dlerror = libc.find("dlerror").orElse(MemorySegment.NULL);
        if (dlopen.address() == 0 || dlerror.address() == 0) {
            return "no details";
        }
        try (Arena arena = Arena.ofConfined()) {
            var openLibrary = linker.downcallHandle(dlopen, FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
            var lastError = linker.downcallHandle(dlerror, FunctionDescriptor.of(ADDRESS));
            MemorySegment handle = new Calls.PIP(openLibrary).call(arena.allocateFrom(library.toString()), RTLD_NOW);
            return handle.address() != 0 ? "no details" : Strings.read(new Calls.P(lastError).call());
        }
    }
}
