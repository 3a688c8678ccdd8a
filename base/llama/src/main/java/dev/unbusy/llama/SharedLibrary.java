package dev.unbusy.llama;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Whether a file is a whole shared library. The system's linker maps what the header promises without asking whether the
 * file is that long, and a download that was cut off ends the process with SIGBUS.
 *
 * <p>Source: elf.h (ELF64, little endian). Of Mach-O files only the magic is checked.
 */
final class SharedLibrary {
    private static final int ELF_MAGIC = 0x464c457f;
    private static final int MACH_O_64 = 0xfeedfacf;
    /** Several architectures in one file, big endian. */
    private static final int MACH_O_FAT = 0xbebafeca;

    private static final int EM_X86_64 = 62;
    private static final int EM_AARCH64 = 183;

    private static final int HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;

    private SharedLibrary() {}

    /**
     * Whether the file is for this CPU; true where its format does not tell. The linker's own message for a foreign one is
     * "no such file".
     */
    static boolean isForThisCpu(Path file) throws IOException {
        int machine = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = read(channel, 0, HEADER_BYTES);
            if (header.remaining() == HEADER_BYTES && header.getInt(0) == ELF_MAGIC) {
                machine = Short.toUnsignedInt(header.getShort(0x12));
            }
        }
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> machine == 0 || machine == EM_X86_64;
            case "aarch64" -> machine == 0 || machine == EM_AARCH64;
            default -> true;
        };
    }

    static boolean isWhole(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = read(channel, 0, HEADER_BYTES);
            if (header.remaining() < Integer.BYTES) {
                return false;
            }
            return switch (header.getInt(0)) {
                case ELF_MAGIC -> isWholeElf(channel, header);
                case MACH_O_64, MACH_O_FAT -> true;
                default -> false;
            };
        }
    }

    private static boolean isWholeElf(FileChannel channel, ByteBuffer header) throws IOException {
        if (header.remaining() < HEADER_BYTES) {
            return false;
        }
        long size = channel.size();
        long programHeaders = header.getLong(0x20);
        int entryBytes = Short.toUnsignedInt(header.getShort(0x36));
        int count = Short.toUnsignedInt(header.getShort(0x38));
        if (count == 0 || entryBytes < PROGRAM_HEADER_BYTES || !fits(programHeaders, (long) entryBytes * count, size)) {
            return false;
        }
        ByteBuffer table = read(channel, programHeaders, entryBytes * count);
        for (int i = 0; i < count; i++) {
            long offset = table.getLong(i * entryBytes + 0x08);
            long fileBytes = table.getLong(i * entryBytes + 0x20);
            if (!fits(offset, fileBytes, size)) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(long offset, long length, long size) {
        return offset >= 0 && length >= 0 && offset <= size && length <= size - offset;
    }

    /** Up to {@code length} bytes, fewer at the end of the file. */
    private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
            // Reads until full or at the end.
        }
        return bytes.flip();
    }
}
