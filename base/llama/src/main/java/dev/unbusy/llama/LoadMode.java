package dev.unbusy.llama;

/** How weights get into memory. Source: enum llama_load_mode in llama.h, llama.cpp v0.5.0. */
public enum LoadMode {
    /** The library decides by what the devices can do. */
    AUTO(-1),
    /** Read into memory of our own. */
    READ(0),
    /** Map the file: starts at once when it is in the page cache, and processes share it. */
    MMAP(1),
    /** Read, and keep it from being swapped out. */
    READ_LOCKED(2),
    /** Map the file, and keep it from being swapped out. */
    MMAP_LOCKED(3),
    /** Read past the page cache where the file system can. */
    DIRECT_IO(4);

    private final int code;

    LoadMode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
