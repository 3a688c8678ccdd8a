package dev.unbusy.llama;

/** How one value of the KV cache is stored. Source: enum ggml_type in ggml.h, llama.cpp v0.5.0. */
public enum KvType {
    F16(1),
    /** Blocks of 32 values in 34 bytes: about half of F16. For values (V) it needs flash attention. */
    Q8_0(8);

    private final int ggmlType;

    KvType(int ggmlType) {
        this.ggmlType = ggmlType;
    }

    int ggmlType() {
        return ggmlType;
    }

    /** Bytes that {@code values} values take, rounded up to whole blocks. */
    public long bytes(long values) {
        return switch (this) {
            case F16 -> Math.multiplyExact(values, 2L);
            case Q8_0 -> Math.multiplyExact(Math.ceilDiv(values, 32L), 34L);
        };
    }
}
