package dev.unbusy.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Vocabularies made for tests. */
final class Tokens {
    static final int END = 0;

    private Tokens() {}

    /** One token per byte; 0 ends the generation, byte b is token b + 1. */
    static TokenTable bytes() {
        TokenTable.Builder builder = TokenTable.builder(257).end(END);
        for (int b = 0; b < 256; b++) {
            builder.text(b + 1, new byte[] {(byte) b});
        }
        return builder.build();
    }

    static TokenTable of(String... pieces) {
        TokenTable.Builder builder = TokenTable.builder(pieces.length + 1).end(END);
        for (int i = 0; i < pieces.length; i++) {
            builder.text(i + 1, pieces[i].getBytes(StandardCharsets.UTF_8));
        }
        return builder.build();
    }

    /**
     * All bytes, what spans structural borders in JSON, parts of multi-byte characters, escapes, runs, and random words up
     * to the size.
     */
    static List<byte[]> pieces(int size, long seed) {
        Random random = new Random(seed);
        Set<String> pieces = new LinkedHashSet<>();
        for (int b = 0; b < 256; b++) {
            pieces.add(new String(new byte[] {(byte) b}, StandardCharsets.ISO_8859_1));
        }
        for (String text : new String[] {
            "{\"",
            "\"}",
            "\":",
            "\": ",
            "\":\"",
            "\": \"",
            "\",\"",
            "\", \"",
            "\"},{\"",
            "\"}]",
            "\"]}",
            "}]}",
            "[{\"",
            "{}",
            "[]",
            "\"\"",
            "\":{",
            "\": {",
            "\":[",
            "true",
            "false",
            "null",
            "true,",
            "false}",
            "null]",
            ",\"",
            ", \"",
            "}, {",
            "],[",
            "\\u",
            "\\u00",
            "\\ud83d",
            "\\uDE00",
            "\\uD83D\\uDE00",
            "\\n",
            "\\\"",
            "\\\\",
            "n\\n",
            "\":\"\",\"",
            "\"]",
            "\"],\"",
            "1.",
            ".5",
            "-1",
            "e1",
            "E+",
            "0.0",
            "00",
            "10",
            "100",
            ",1",
            "1,2",
            "-0",
            "  ",
            "    ",
            "\n",
            "\n  ",
            "{\n",
            "中",
            "中文",
            "é",
            "😀",
            "\"é\"",
            "a\"",
            "\"a\"",
            "ab\",\"",
            "Z\"}",
            "T",
            ":00",
            "-01-",
            "::",
            "@",
            ".com",
            "http",
            "://",
            "-----------------------------------------------",
            "id\":",
            "name\": \""
        }) {
            pieces.add(latin(text));
        }
        // Characters cut in two.
        byte[] smile = "😀中".getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < smile.length; from++) {
            for (int to = from + 1; to <= smile.length; to++) {
                pieces.add(new String(smile, from, to - from, StandardCharsets.ISO_8859_1));
            }
        }
        String[] ends = {"", "", "", " ", "\"", "\":", "\",", "\"}", ".", ",", "}", "]", "1"};
        String[] starts = {" ", "", "", "", "\"", "_", ".", "Ġ", "é", "中", "д", "{\"", ",\""};
        String alphabet = "etaoinshrdlcumwfgypbvkjxqz";
        while (pieces.size() < size - 1) {
            StringBuilder word = new StringBuilder(starts[random.nextInt(starts.length)]);
            int length = 1 + (int) Math.abs(random.nextGaussian() * 4);
            for (int i = 0; i < length; i++) {
                int pick = (int) Math.min(25, Math.abs(random.nextGaussian() * 9));
                char c = alphabet.charAt(pick);
                word.append(random.nextInt(40) == 0 ? (char) ('0' + random.nextInt(10)) : c);
            }
            if (random.nextInt(6) == 0) {
                word.setCharAt(0, Character.toUpperCase(word.charAt(0)));
            }
            if (random.nextInt(20) == 0) {
                word.append("фы漢字かนम".charAt(random.nextInt(7)));
            }
            pieces.add(latin(word + ends[random.nextInt(ends.length)]));
        }
        List<byte[]> result = new ArrayList<>();
        for (String piece : pieces) {
            result.add(piece.getBytes(StandardCharsets.ISO_8859_1));
        }
        return result;
    }

    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** A vocabulary as {@link #pieces} makes it; token 0 ends the generation. */
    static TokenTable words(int size, long seed) {
        return table(pieces(size, seed));
    }

    static TokenTable table(List<byte[]> pieces) {
        TokenTable.Builder builder = TokenTable.builder(pieces.size() + 1).end(END);
        for (int i = 0; i < pieces.size(); i++) {
            builder.text(i + 1, pieces.get(i));
        }
        return builder.build();
    }

    /** The token that writes exactly this text. */
    static int find(TokenTable table, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        for (int token = 0; token < table.size(); token++) {
            if (java.util.Arrays.equals(
                    wanted, 0, wanted.length, table.bytes(), table.start(token), table.end(token))) {
                return token;
            }
        }
        throw new AssertionError("no token " + text);
    }

    static boolean has(long[] mask, int token) {
        return ((mask[token >> 6] >>> token) & 1) != 0;
    }
}
