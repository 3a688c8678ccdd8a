package dev.unbusy.gguf;

import java.util.List;

/** A metadata value of a GGUF file. */
public sealed interface GgufValue {

    /** A whole number; unsigned 64-bit values above {@link Long#MAX_VALUE} are refused when reading. */
    record Whole(GgufType type, long value) implements GgufValue {}

    record Real(double value) implements GgufValue {}

    record Bool(boolean value) implements GgufValue {}

    record Str(String value) implements GgufValue {}

    /**
     * An array. Long ones (the vocabulary, the merges) are read past and only counted.
     *
     * @param count how many elements the file has
     * @param elements all of them, or none if there are more than {@link GgufLimits#KEPT_ELEMENTS}
     */
    record Arr(GgufType elementType, long count, List<GgufValue> elements) implements GgufValue {
        public Arr {
            elements = List.copyOf(elements);
        }

        public boolean isKept() {
            return elements.size() == count;
        }
    }
}
