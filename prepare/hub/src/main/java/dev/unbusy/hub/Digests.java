package dev.unbusy.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Checksums of files. */
final class Digests {
    private Digests() {}

    static MessageDigest sha256() {
        return digest("SHA-256");
    }

    static MessageDigest sha512() {
        return digest("SHA-512");
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }

    /**
     * Adds a file's first bytes.
     *
     * @param done called with the bytes read so far
     */
    static void update(MessageDigest digest, Path file, long bytes, LongConsumer done) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long at = 0;
            while (at < bytes) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), bytes - at));
                int read = channel.read(buffer, at);
                if (read < 0) {
                    throw new IOException(file + " became shorter while it was read");
                }
                digest.update(buffer.flip());
                at += read;
                done.accept(at);
            }
        }
    }

    static String sha256Hex(Path file) throws IOException {
        MessageDigest digest = sha256();
        update(digest, file, Files.size(file), done -> {});
        return hex(digest);
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** A header or field as SHA-256 in lower case, or null if it is none (an ETag may be anything). */
    static @Nullable String asSha256(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String plain = text.strip().replaceAll("^(W/)?\"|\"$", "").toLowerCase(Locale.ROOT);
        return plain.matches("[0-9a-f]{64}") ? plain : null;
    }
}
