package dev.unbusy.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.unbusy.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The threads that a context computes with, kept from step to step (struct ggml_threadpool). Without them the library
 * starts and ends its threads in every step, which costs a small model a sixth of its decode rate. Freed after the
 * context that they are attached to.
 *
 * <p>The functions belong to the CPU backend, which is loaded by name and variant, so they are asked for by address.
 */
final class ComputeThreads implements AutoCloseable {
    /** struct ggml_threadpool_params in ggml.h. All zero but these: no affinity, normal priority, not paused. */
    private static final MemoryLayout PARAMS = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(ContextOptions.MOST_THREADS, ValueLayout.JAVA_BYTE)
                    .withName("cpumask"),
            ValueLayout.JAVA_INT.withName("n_threads"),
            ValueLayout.JAVA_INT.withName("prio"),
            ValueLayout.JAVA_INT.withName("poll"),
            ValueLayout.JAVA_BYTE.withName("strict_cpu"),
            ValueLayout.JAVA_BYTE.withName("paused"),
            MemoryLayout.paddingLayout(2));

    private static final long N_THREADS = PARAMS.byteOffset(MemoryLayout.PathElement.groupElement("n_threads"));
    private static final long POLL = PARAMS.byteOffset(MemoryLayout.PathElement.groupElement("poll"));

    /** The library's own default: look for work a while before sleeping. */
    private static final int POLL_LEVEL = 50;

    private final MemorySegment pool;
    private final int count;
    private final Calls.PV free;

    private ComputeThreads(MemorySegment pool, int count, Calls.PV free) {
        this.pool = pool;
        this.count = count;
        this.free = free;
    }

    /** @throws LlamaException if the threads cannot be started */
    static ComputeThreads start(Symbols symbols, int threads) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment registry = cpuRegistry(symbols);
            MemorySegment create = function(symbols, registry, "ggml_threadpool_new", arena);
            MemorySegment end = function(symbols, registry, "ggml_threadpool_free", arena);
            Linker linker = Linker.nativeLinker();
            MemorySegment params = arena.allocate(PARAMS);
            params.set(ValueLayout.JAVA_INT, N_THREADS, threads);
            params.set(ValueLayout.JAVA_INT, POLL, POLL_LEVEL);
            MemorySegment pool =
                    new Calls.PP(linker.downcallHandle(create, FunctionDescriptor.of(ADDRESS, ADDRESS))).call(params);
            if (pool.address() == 0) {
                throw new LlamaException(
                        "threads-not-started",
                        Text.of("The system refused %d compute threads", "系统拒绝创建 %d 个计算线程", threads),
                        Text.of(
                                "Lower worker.threads, or raise the limit of processes",
                                "请调低 worker.threads，或提高进程数上限"));
            }
            return new ComputeThreads(
                    pool, threads, new Calls.PV(linker.downcallHandle(end, FunctionDescriptor.ofVoid(ADDRESS))));
        }
    }

    /** For all steps of a context, small and large. */
    void attach(Symbols symbols, MemorySegment context) {
        symbols.attachThreadpool().call(context, pool, pool);
    }

    int count() {
        return count;
    }

    private static MemorySegment cpuRegistry(Symbols symbols) {
        long count = symbols.ggmlBackendDevCount().call();
        for (long i = 0; i < count; i++) {
            MemorySegment device = symbols.ggmlBackendDevGet().call(i);
            if (Device.Kind.of(symbols.ggmlBackendDevType().call(device)) == Device.Kind.CPU) {
                return symbols.ggmlBackendDevBackendReg().call(device);
            }
        }
        throw new IllegalStateException("no CPU device, although loading requires one");
    }

    private static MemorySegment function(Symbols symbols, MemorySegment registry, String name, Arena arena) {
        MemorySegment address = symbols.ggmlBackendRegGetProcAddress().call(registry, arena.allocateFrom(name));
        if (address.address() == 0) {
            throw new LlamaException(
                    "library-symbol-missing",
                    Text.of("The CPU backend lacks the function %s", "CPU 后端缺少函数 %s", name),
                    LibraryFiles.FETCH_AGAIN);
        }
        return address;
    }

    /** Ends the threads. Not while a context uses them; a second call is an error of the caller. */
    @Override
    public void close() {
        free.call(pool);
    }
}
