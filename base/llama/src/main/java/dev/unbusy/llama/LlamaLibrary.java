package dev.unbusy.llama;

import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libllama of llama.cpp v0.5.0, loaded into this process. One set of libraries for each process, because ggml's list of
 * devices and its log are global; it stays until the process ends.
 *
 * <p>A failed assertion inside the library ends the process and cannot be caught, so everything known to abort is
 * checked before the call. What is not known yet costs a worker process, not the gateway.
 */
public final class LlamaLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(LlamaLibrary.class);
    private static final Pattern MAPPED_CPU_VARIANT = Pattern.compile("libggml-cpu-([A-Za-z0-9_]+)\\.so");

    private static @Nullable LlamaLibrary loaded;

    private final Path directory;
    private final Symbols symbols;
    private final NativeLog log;
    private final Backends backends;
    private @Nullable MemorySegment plainCpuBufferType;

    private LlamaLibrary(Path directory, Symbols symbols, NativeLog log, Backends backends) {
        this.directory = directory;
        this.symbols = symbols;
        this.log = log;
        this.backends = backends;
    }

    /** Loads without checking checksums. */
    public static LlamaLibrary load(Path directory) {
        return load(directory, Map.of());
    }

    /**
     * Loads the libraries, or returns them if this process has already loaded that directory.
     *
     * @param sha256ByFileName checksums of all shared libraries of the directory; empty for none
     * @throws LlamaException if a file is missing, differs from its checksum, cannot be loaded or is not the version that
     *     this binding was written for
     * @throws IllegalStateException if this process has loaded another directory
     */
    public static synchronized LlamaLibrary load(Path directory, Map<String, String> sha256ByFileName) {
        LibraryFiles files = LibraryFiles.find(directory);
        LlamaLibrary before = loaded;
        if (before != null) {
            if (!before.directory.equals(files.directory())) {
                throw new IllegalStateException("this process has loaded " + before.directory + " and cannot load "
                        + files.directory() + " as well");
            }
            return before;
        }
        LlamaLibrary library = open(files, sha256ByFileName);
        loaded = library;
        return library;
    }

    /** The steps of loading, each of which refuses what the next would crash on. */
    static LlamaLibrary open(LibraryFiles files, Map<String, String> sha256ByFileName) {
        // 1. The bytes are the pinned ones.
        if (!sha256ByFileName.isEmpty()) {
            files.verify(sha256ByFileName);
        }
        // 2. The linker can load them; dependencies first, so that each finds the one beside it.
        SymbolLookup base = open(files.ggmlBase());
        SymbolLookup ggml = open(files.ggml());
        SymbolLookup llama = open(files.llama());
        // 3. Every function is there.
        Symbols symbols = Symbols.resolve(llama.or(ggml).or(base), files.llama());
        // 4. The structs are laid out as expected.
        defaults(symbols.modelDefaultParams(), Layouts.MODEL_PARAMS, Layouts.MODEL_DEFAULTS);
        defaults(symbols.contextDefaultParams(), Layouts.CONTEXT_PARAMS, Layouts.CONTEXT_DEFAULTS);
        // 5. Logging, then the backends: the first lines worth keeping come from them.
        NativeLog log = new NativeLog();
        symbols.logSet().call(log.stub(), MemorySegment.NULL);
        symbols.backendInit().call();
        try (Arena arena = Arena.ofConfined()) {
            symbols.ggmlBackendLoadAllFromPath()
                    .call(arena.allocateFrom(files.directory().toString()));
        }
        Backends backends = readBackends(symbols, files.directory());
        if (backends.devices().stream().noneMatch(d -> d.kind() == Device.Kind.CPU)) {
            throw new LlamaException(
                    "library-no-cpu-backend",
                    Text.of(
                            "No file libggml-cpu-*.so in %s works on this CPU",
                            "目录 %s 中没有可用于本机 CPU 的 libggml-cpu-*.so", files.directory()),
                    LibraryFiles.FETCH_AGAIN);
        }
        LOG.info("llama.cpp {}, CPU variant {}, {}", backends.version(), backends.cpuVariant(), backends.systemInfo());
        return new LlamaLibrary(files.directory(), symbols, log, backends);
    }

    private static SymbolLookup open(Path file) {
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new LlamaException(
                    "library-cannot-load",
                    Text.of("The system cannot load %s: %s", "系统无法加载 %s：%s", file, LoaderError.of(file)),
                    LibraryFiles.FETCH_AGAIN,
                    e);
        }
    }

    /**
     * Calls one of the *_default_params() functions and refuses a drifted layout.
     *
     * <p>A library with a larger struct writes beyond what we expect before we can check anything, so the struct is
     * returned into the middle of a larger block; a smaller one leaves our pattern in the last fields.
     */
    private static MemorySegment defaults(Calls.Struct function, StructLayout layout, Map<String, Number> expected) {
        byte pattern = (byte) 0xA5;
        long slack = 4096;
        MemorySegment block = Arena.ofAuto().allocate(slack + layout.byteSize() + slack, 64);
        block.fill(pattern);
        MemorySegment struct = block.asSlice(slack, layout.byteSize());
        SegmentAllocator here = (size, alignment) -> struct;
        function.call(here);
        List<String> drift = Layouts.drift(layout, struct, expected);
        for (long i = slack + layout.byteSize(); i < block.byteSize(); i++) {
            if (block.get(ValueLayout.JAVA_BYTE, i) != pattern) {
                drift = new ArrayList<>(drift);
                drift.add("the struct is larger than " + layout.byteSize() + " bytes");
                break;
            }
        }
        if (!drift.isEmpty()) {
            throw new LlamaException(
                    "library-layout-differs",
                    Text.of(
                            "The native library is not llama.cpp v0.5.0: %s",
                            "本地库不是 llama.cpp v0.5.0：%s", String.join("; ", drift)),
                    LibraryFiles.FETCH_AGAIN);
        }
        return struct;
    }

    private static Backends readBackends(Symbols symbols, Path directory) {
        List<Device> devices = new ArrayList<>();
        long count = symbols.ggmlBackendDevCount().call();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment free = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment total = arena.allocate(ValueLayout.JAVA_LONG);
            for (long i = 0; i < count; i++) {
                MemorySegment device = symbols.ggmlBackendDevGet().call(i);
                symbols.ggmlBackendDevMemory().call(device, free, total);
                devices.add(new Device(
                        Strings.read(symbols.ggmlBackendDevName().call(device)),
                        Strings.read(symbols.ggmlBackendDevDescription().call(device)),
                        Device.Kind.of(symbols.ggmlBackendDevType().call(device)),
                        free.get(ValueLayout.JAVA_LONG, 0),
                        total.get(ValueLayout.JAVA_LONG, 0)));
            }
        }
        return new Backends(
                Strings.read(symbols.version().call()),
                Strings.read(symbols.printSystemInfo().call()).strip(),
                mappedCpuVariant(directory),
                devices);
    }

    /** ggml does not say which CPU variant it picked, but Linux lists the files that are mapped. */
    private static @Nullable String mappedCpuVariant(Path directory) {
        Path maps = Path.of("/proc/self/maps");
        if (!Files.isReadable(maps)) {
            return null;
        }
        try {
            for (String line :
                    Files.readString(maps, StandardCharsets.UTF_8).lines().toList()) {
                Matcher variant = MAPPED_CPU_VARIANT.matcher(line);
                if (line.contains(directory.toString()) && variant.find()) {
                    return variant.group(1);
                }
            }
        } catch (IOException e) {
            LOG.debug("cannot read {}", maps, e);
        }
        return null;
    }

    /** What ggml picked for this machine. */
    public Backends backends() {
        return backends;
    }

    public Path directory() {
        return directory;
    }

    /**
     * Loads a model; takes seconds to minutes, on the calling thread. Reads the GGUF header only as far as its magic:
     * have the GGUF reader check it before.
     *
     * @param progress hears {@link Progress.Unit#PERMILLE}; an exception it throws stops the loading and comes out here
     * @throws LlamaException if the file is missing, damaged, unknown or too large
     */
    public Model loadModel(Path file, ModelOptions options, Progress progress) {
        String plainTensors = options.needsMlaOverride(backends) ? ModelLoading.MLA_TENSORS : null;
        return new ModelLoading(this, file, options, progress, plainTensors).run();
    }

    Symbols symbols() {
        return symbols;
    }

    NativeLog log() {
        return log;
    }

    /**
     * A CPU buffer type without rearranged weights that the model loader does not replace. ggml_backend_cpu_buffer_type()
     * would not do: the loader then considers the extra buffer types again. The type of a buffer made from our own memory
     * is a different one, and has none.
     */
    synchronized MemorySegment plainCpuBufferType() {
        MemorySegment type = plainCpuBufferType;
        if (type == null) {
            // 64 bytes: ggml asserts an alignment of 32. Global: the type is used until the process ends.
            MemorySegment memory = Arena.global().allocate(64, 64);
            MemorySegment buffer = symbols.ggmlBackendCpuBufferFromPtr().call(memory, memory.byteSize());
            type = symbols.ggmlBackendBufferGetType().call(buffer);
            plainCpuBufferType = type;
        }
        return type;
    }
}
