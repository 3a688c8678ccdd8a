package dev.unbusy.grammar;

import java.util.List;

/** The kinds of {@link Expr} that have no name. Immutable. */
sealed interface Part extends Expr {
    Part EMPTY = new Seq(List.of());

    /** These bytes, which nobody writes to. */
    final class Bytes implements Part {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    /** One byte, 0 to 255, of a range. */
    record ByteRange(int first, int last) implements Part {}

    record Seq(List<Expr> parts) implements Part {}

    record Choice(List<Expr> options) implements Part {}

    /** @param max −1 for no limit */
    record Repeat(Expr body, int min, int max) implements Part {}

    /** A JSON string by value. */
    record Quoted(TextRule text) implements Part {}

    /** All ways from node 0 to node 1; what stands on the edges is written. */
    record Graph(int nodes, List<Edge> edges) implements Part {}

    record Edge(int from, int to, Expr label) {}

    static Expr seq(Expr... parts) {
        return new Seq(List.of(parts));
    }

    static Expr ascii(String text) {
        return new Bytes(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
