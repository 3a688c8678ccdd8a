package dev.unbusy.llama;

/**
 * One device that ggml found.
 *
 * @param name short, {@code CPU} or {@code CUDA0}
 * @param description as the driver gives it
 * @param freeBytes memory free at the time of loading; on some systems the CPU device reports the total
 */
public record Device(String name, String description, Kind kind, long freeBytes, long totalBytes) {

    /** Source: enum ggml_backend_dev_type in ggml-backend.h, llama.cpp v0.5.0. */
    public enum Kind {
        CPU,
        GPU,
        INTEGRATED_GPU,
        ACCELERATOR,
        META,
        UNKNOWN;

        static Kind of(int code) {
            return switch (code) {
                case 0 -> CPU;
                case 1 -> GPU;
                case 2 -> INTEGRATED_GPU;
                case 3 -> ACCELERATOR;
                case 4 -> META;
                default -> UNKNOWN;
            };
        }
    }
}
