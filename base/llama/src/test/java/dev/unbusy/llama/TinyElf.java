package dev.unbusy.llama;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An ELF file of one header and one segment: whole, but nothing that a linker would load. */
final class TinyElf {
    static final int BYTES = 200;

    private TinyElf() {}

    static byte[] bytes() {
        return bytes((short) (System.getProperty("os.arch").equals("aarch64") ? 183 : 62));
    }

    /** @param machine e_machine of elf.h */
    static byte[] bytes(short machine) {
        ByteBuffer elf = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0, 0x464c457f);
        elf.put(4, (byte) 2);
        elf.put(5, (byte) 1);
        elf.put(6, (byte) 1);
        elf.putShort(0x12, machine);
        elf.putInt(0x14, 1);
        // One program header at 64: from the start of the file to its end.
        elf.putLong(0x20, 64);
        elf.putShort(0x36, (short) 56);
        elf.putShort(0x38, (short) 1);
        elf.putLong(64 + 0x20, BYTES);
        return elf.array();
    }
}
