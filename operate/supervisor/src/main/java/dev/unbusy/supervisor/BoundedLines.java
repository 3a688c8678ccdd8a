package dev.unbusy.supervisor;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Lines of a foreign stream; what exceeds {@value #LONGEST} bytes of one line is dropped, so that no output fills memory. */
final class BoundedLines {
    static final int LONGEST = 16_384;

    private final InputStream in;
    private final byte[] line = new byte[LONGEST];

    BoundedLines(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /** The next line without its end; null at the end of the stream. Invalid UTF-8 is replaced. */
    @Nullable
    String next() throws IOException {
        int length = 0;
        int letter = in.read();
        if (letter < 0) {
            return null;
        }
        while (letter >= 0 && letter != '\n') {
            if (length < LONGEST) {
                line[length++] = (byte) letter;
            }
            letter = in.read();
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return new String(line, 0, length, StandardCharsets.UTF_8);
    }
}
