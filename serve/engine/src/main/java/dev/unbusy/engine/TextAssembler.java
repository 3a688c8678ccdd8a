package dev.unbusy.engine;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Joins the bytes of tokens to text: a character may be spread over several tokens, and none is given out before it is
 * whole. Bytes that are no UTF-8 become U+FFFD, as the API's JSON needs text. For one answer, used by one thread.
 */
final class TextAssembler {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private ByteBuffer bytes = ByteBuffer.allocate(64);
    private CharBuffer chars = CharBuffer.allocate(64);

    /** Whether nothing is held of a character that is not whole yet. */
    boolean isEmpty() {
        return bytes.position() == 0;
    }

    /** Room for a token of that many bytes; the caller writes it and then calls {@link #take}. */
    ByteBuffer room(int length) {
        if (bytes.remaining() < length) {
            ByteBuffer larger = ByteBuffer.allocate(bytes.position() + length + 64);
            bytes.flip();
            larger.put(bytes);
            bytes = larger;
            chars = CharBuffer.allocate(larger.capacity());
        }
        return bytes;
    }

    /** The characters that are whole by now. */
    String take() {
        return decode(false);
    }

    /** What is left at the end of the answer: an incomplete character is replaced. */
    String finish() {
        String text = decode(true);
        chars.clear();
        decoder.flush(chars);
        decoder.reset();
        return text;
    }

    private String decode(boolean end) {
        bytes.flip();
        chars.clear();
        decoder.decode(bytes, chars, end);
        bytes.compact();
        return chars.position() == 0 ? "" : chars.flip().toString();
    }
}
