package dev.unbusy.llama;

/**
 * How deep the tokenizer may recurse into a text.
 *
 * <p>llama.cpp v0.5.0 splits text for the DeepSeek V2, V3 and Coder tokenizers (and others) with std::regex, which
 * recurses once or more for each character of a match: about 650 bytes of stack each, measured with GCC 11's libstdc++.
 * Ten thousand Chinese characters, letters or spaces in a row overflow the stack of a usual thread and end the process.
 * No expression in use matches across a change between white space and the rest more than once, which bounds a match.
 *
 * @param longestMatch upper bound of one match for any expression, in characters
 * @param longestClassRun longest run of characters of one kind (letters, digits, white space, others): what real
 *     expressions match
 */
record TextRuns(int longestMatch, int longestClassRun) {
    private enum Kind {
        LETTER,
        DIGIT,
        SPACE,
        OTHER
    }

    static TextRuns of(CharSequence text) {
        int run = 0;
        int runBefore = 0;
        boolean space = false;
        int longestPair = 0;
        int classRun = 0;
        int longestClassRun = 0;
        Kind kind = Kind.OTHER;
        for (int i = 0; i < text.length(); ) {
            int c = Character.codePointAt(text, i);
            i += Character.charCount(c);
            Kind k = kind(c);
            boolean isSpace = k == Kind.SPACE;
            if (isSpace != space) {
                runBefore = run;
                run = 0;
                space = isSpace;
            }
            run++;
            longestPair = Math.max(longestPair, runBefore + run);
            classRun = k == kind ? classRun + 1 : 1;
            kind = k;
            longestClassRun = Math.max(longestClassRun, classRun);
        }
        return new TextRuns(longestPair, longestClassRun);
    }

    private static Kind kind(int c) {
        if (c < 128) {
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
                return Kind.LETTER;
            }
            if (c >= '0' && c <= '9') {
                return Kind.DIGIT;
            }
            return c == ' ' || (c >= '\t' && c <= '\r') ? Kind.SPACE : Kind.OTHER;
        }
        return switch (Character.getType(c)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.NON_SPACING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.ENCLOSING_MARK -> Kind.LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> Kind.DIGIT;
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> Kind.SPACE;
            default -> c == 0x85 ? Kind.SPACE : Kind.OTHER;
        };
    }
}
