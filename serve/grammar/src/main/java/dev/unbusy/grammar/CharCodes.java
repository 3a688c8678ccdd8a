package dev.unbusy.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a character may be written inside a JSON string, as an automaton over bytes that ends in the class of the character
 * (see {@link Partition}). Node 0 is where a character begins. One such automaton serves all states of a {@link CharDfa},
 * so that length bounds in the thousands cost one table row each.
 *
 * <p>A character is written as UTF-8, unless JSON forbids it; with a backslash and a letter or {@code \}{@code uXXXX}
 * where JSON demands it; and, outside ASCII, as one or two {@code \}{@code uXXXX} too. With {@link Spelling#ANY} each
 * spelling of RFC 8259 is taken, so {@code \/} and {@code \}{@code u0041} as well.
 */
final class CharCodes {
    /** Which spellings of a character are taken. */
    enum Spelling {
        ANY,
        /** Printable ASCII only as itself: such texts have one spelling, so that what is certain can be filled in. */
        PLAIN
    }

    private static final int ANY_MORE = 256;

    private final Partition partition;
    private final Spelling spelling;
    private final Budget budget;
    private final List<int[]> rows = new ArrayList<>();
    private final Map<IntKey, Integer> known = new HashMap<>();
    private final Map<List<Object>, Integer> uniforms = new HashMap<>();

    /** {@code [node * 256 + byte]}: the next node; −1 for none; −2 − c where a character of class c is complete. */
    private final int[] next;
    /** Per node, the classes that can still come of it, {@link #words} longs each. */
    private final long[] reach;

    private final int words;

    CharCodes(Partition partition, Spelling spelling, Budget budget) {
        this.partition = partition;
        this.spelling = spelling;
        this.budget = budget;
        words = Math.max(1, (partition.count() + 63) / 64);
        int[] start = row();
        rows.add(start); // node 0, filled in last: nothing leads back to it
        for (int b = 0x20; b < 0x80; b++) {
            start[b] = b == '"' || b == '\\' ? -1 : leaf(partition.classOf(b));
        }
        for (int b = 0xC2; b < 0xE0; b++) {
            start[b] = utf8((b & 0x1F) << 6, 1, 0x80);
        }
        for (int b = 0xE0; b < 0xF0; b++) {
            start[b] = utf8((b & 0x0F) << 12, 2, 0x800);
        }
        for (int b = 0xF0; b < 0xF5; b++) {
            start[b] = utf8((b & 0x07) << 18, 3, 0x10000);
        }
        start['\\'] = backslash();
        next = new int[rows.size() * ANY_MORE];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, next, i * ANY_MORE, ANY_MORE);
        }
        reach = reaches();
    }

    int nodes() {
        return next.length / ANY_MORE;
    }

    int[] next() {
        return next;
    }

    long[] reach() {
        return reach;
    }

    int words() {
        return words;
    }

    private static int[] row() {
        int[] row = new int[ANY_MORE];
        Arrays.fill(row, -1);
        return row;
    }

    private static int leaf(int charClass) {
        return charClass < 0 ? -1 : -2 - charClass;
    }

    /** A node with these ways on, shared with its equals; −1 if there are none. */
    private int intern(int[] row) {
        boolean empty = true;
        for (int to : row) {
            empty &= to == -1;
        }
        if (empty) {
            return -1;
        }
        return known.computeIfAbsent(new IntKey(row), key -> {
            budget.work(ANY_MORE);
            budget.states(16); // a row of 1 KB weighs more than a state elsewhere
            rows.add(row);
            return rows.size() - 1;
        });
    }

    /**
     * The code points from {@code first} on that {@code more} further bytes tell apart.
     *
     * @param shortest the first code point that needs as many bytes as the whole sequence has
     */
    private int utf8(int first, int more, int shortest) {
        int last = first + (1 << (6 * more)) - 1;
        if (last < shortest || first > Character.MAX_CODE_POINT || (first >= 0xD800 && last <= 0xDFFF)) {
            return -1;
        }
        boolean whole = first >= shortest && last <= Character.MAX_CODE_POINT && noSurrogates(first, last);
        int common = whole ? partition.commonClass(first, last) : -2;
        if (common != -2) {
            return uniform(Digits.CONTINUATION, common, more);
        }
        budget.work(64);
        int step = 1 << (6 * (more - 1));
        int[] row = row();
        for (int i = 0; i < 64; i++) {
            int from = first + i * step;
            row[0x80 + i] = more > 1 ? utf8(from, more - 1, shortest) : from < shortest ? -1 : leafOf(from);
        }
        return intern(row);
    }

    private static boolean noSurrogates(int first, int last) {
        return last < 0xD800 || first > 0xDFFF;
    }

    /** What continues a character: bytes of UTF-8, hexadecimal digits, or the escape of a low surrogate. */
    private enum Digits {
        CONTINUATION,
        HEX,
        LOW_SURROGATE
    }

    /** So many further digits, whichever, complete a character of the class. */
    private int uniform(Digits digits, int charClass, int more) {
        if (more == 0 || charClass < 0) {
            return leaf(charClass);
        }
        Integer old = uniforms.get(List.of(digits, charClass, more));
        if (old != null) {
            return old;
        }
        int[] row = row();
        int below = uniform(digits, charClass, more - 1);
        if (digits == Digits.CONTINUATION) {
            Arrays.fill(row, 0x80, 0xC0, below);
        } else {
            for (int digit = 0; digit < 16; digit++) {
                setDigit(row, digit, below);
            }
        }
        int made = intern(row);
        uniforms.put(List.of(digits, charClass, more), made);
        return made;
    }

    private int leafOf(int codePoint) {
        boolean scalar = codePoint <= Character.MAX_CODE_POINT && (codePoint < 0xD800 || codePoint > 0xDFFF);
        return scalar ? leaf(partition.classOf(codePoint)) : -1;
    }

    private int backslash() {
        int[] row = row();
        for (String pair : new String[] {"\"\"", "\\\\", "b\b", "f\f", "n\n", "r\r", "t\t", "//"}) {
            if (spelling == Spelling.ANY || pair.charAt(0) != '/') {
                row[pair.charAt(0)] = leaf(partition.classOf(pair.charAt(1)));
            }
        }
        row['u'] = hex(0, 4);
        return intern(row);
    }

    /** The characters from {@code first} on, below U+10000, that {@code more} further hexadecimal digits tell apart. */
    private int hex(int first, int more) {
        int last = first + (1 << (4 * more)) - 1;
        boolean whole = noSurrogates(first, last) && (spelling == Spelling.ANY || last < 0x20 || first > 0x7E);
        if (more == 0) {
            return whole ? leafOf(first) : -1;
        }
        int common = whole ? partition.commonClass(first, last) : -2;
        if (common != -2) {
            return uniform(Digits.HEX, common, more);
        }
        budget.work(16);
        int step = 1 << (4 * (more - 1));
        int[] row = row();
        for (int digit = 0; digit < 16; digit++) {
            int from = first + digit * step;
            boolean high = more == 1 && from >= 0xD800 && from < 0xDC00;
            setDigit(row, digit, high ? lowSurrogate(0x10000 + (from - 0xD800) * 0x400) : hex(from, more - 1));
        }
        return intern(row);
    }

    /** After the escape of a high surrogate: the escape of the low one, for 1024 code points from {@code first} on. */
    private int lowSurrogate(int first) {
        int common = partition.commonClass(first, first + 0x3FF);
        Integer old = uniforms.get(List.of(Digits.LOW_SURROGATE, common, 1));
        if (old != null) {
            return old;
        }
        int[] digits = row();
        for (int digit = 0xC; digit < 0x10; digit++) {
            setDigit(digits, digit, pairDigits(first + (digit - 0xC) * 0x100, 2));
        }
        int[] d = row();
        setDigit(d, 0xD, intern(digits));
        int[] u = row();
        u['u'] = intern(d);
        int[] backslash = row();
        backslash['\\'] = intern(u);
        int made = intern(backslash);
        if (common != -2) {
            uniforms.put(List.of(Digits.LOW_SURROGATE, common, 1), made);
        }
        return made;
    }

    private int pairDigits(int first, int more) {
        int common = partition.commonClass(first, first + (1 << (4 * more)) - 1);
        if (common != -2) {
            return uniform(Digits.HEX, common, more);
        }
        budget.work(16);
        int[] row = row();
        for (int digit = 0; digit < 16; digit++) {
            setDigit(row, digit, pairDigits(first + digit * (1 << (4 * (more - 1))), more - 1));
        }
        return intern(row);
    }

    private static void setDigit(int[] row, int digit, int to) {
        row[Character.forDigit(digit, 16)] = to;
        row[Character.toUpperCase(Character.forDigit(digit, 16))] = to;
    }

    private long[] reaches() {
        long[] result = new long[nodes() * words];
        // Every node but 0 leads to older nodes only, since a row is made after the rows that it leads to.
        for (int node = 1; node <= nodes(); node++) {
            int at = node % nodes();
            for (int b = 0; b < ANY_MORE; b++) {
                int to = next[at * ANY_MORE + b];
                if (to >= 0) {
                    for (int w = 0; w < words; w++) {
                        result[at * words + w] |= result[to * words + w];
                    }
                } else if (to <= -2) {
                    result[at * words + (-2 - to) / 64] |= 1L << (-2 - to);
                }
            }
        }
        return result;
    }
}
