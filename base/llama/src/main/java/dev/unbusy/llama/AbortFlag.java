package dev.unbusy.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * A flag that any thread sets and the library reads while it computes. As a C string it is "" or "\1"; see
 * ContextCreation. Its memory lives as long as this object, so setting it after the context was closed is harmless.
 */
final class AbortFlag {
    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();

    private final MemorySegment flag = Arena.ofAuto().allocate(64, 64);

    void set(boolean abort) {
        BYTE.setVolatile(flag, 0L, (byte) (abort ? 1 : 0));
    }

    boolean isSet() {
        return (byte) BYTE.getVolatile(flag, 0L) != 0;
    }

    MemorySegment pointer() {
        return flag;
    }
}
