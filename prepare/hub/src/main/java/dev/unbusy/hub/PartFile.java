package dev.unbusy.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The file that a download grows in. */
interface PartFile extends AutoCloseable {
    /** Opens the part for writing at that position; whatever lies behind it is cut off. */
    @FunctionalInterface
    interface Opener {
        PartFile open(Path file, long position) throws IOException;
    }

    Opener REAL = (file, position) -> {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(position).position(position);
        return new PartFile() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }

            @Override
            public void force() throws IOException {
                channel.force(true);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    };

    void write(ByteBuffer bytes) throws IOException;

    void force() throws IOException;

    @Override
    void close() throws IOException;
}
