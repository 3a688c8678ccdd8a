package dev.unbusy.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * The native library of SQLite, unpacked once beside the ledger. Left alone, the driver unpacks it anew at every start (130 ms)
 * into the directory for temporary files, where systems that are locked down allow no code to run, and leaves it there when
 * the process is killed.
 */
final class NativeSqlite {
    private static final Logger LOG = LoggerFactory.getLogger(NativeSqlite.class);
    private static final String LIBRARY_PATH = "org.sqlite.lib.path";

    private NativeSqlite() {}

    /** Does nothing where somebody has already said where the library is. A failure is not one: the driver then unpacks by itself. */
    static synchronized void unpack(Path directory) {
        if (System.getProperty(LIBRARY_PATH) != null) {
            return;
        }
        String name = LibraryLoaderUtil.getNativeLibName();
        try (InputStream resource =
                SQLiteJDBCLoader.class.getResourceAsStream(LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name)) {
            if (resource == null) {
                return;
            }
            byte[] library = resource.readAllBytes();
            Path folder = directory.resolve("sqlite-" + SQLiteJDBCLoader.getVersion());
            PrivateFiles.directory(folder);
            Path file = folder.resolve(name);
            if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), library)) {
                Path part = folder.resolve(name + ".part");
                Files.deleteIfExists(part);
                try (FileChannel channel = PrivateFiles.createNew(part)) {
                    ByteBuffer bytes = ByteBuffer.wrap(library);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                }
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            }
            System.setProperty(LIBRARY_PATH, folder.toAbsolutePath().toString());
        } catch (IOException e) {
            LOG.info("the database's library was not unpacked to {}: {}", directory, e.toString());
        }
    }
}
