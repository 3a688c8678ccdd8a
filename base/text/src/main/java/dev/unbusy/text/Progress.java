package dev.unbusy.text;

/**
 * Where long work reports how far it is. Called from the thread that does the work, possibly thousands of times a
 * second: an implementation that draws must thin the calls out itself.
 */
@FunctionalInterface
public interface Progress {
    /** Ignores every report. */
    Progress NONE = (task, done, total, unit) -> {};

    /** What {@code done} and {@code total} count. */
    enum Unit {
        BYTES,
        ITEMS,
        /** Parts of a thousand, where only a fraction is known. */
        PERMILLE
    }

    /**
     * @param task what is being done, for instance "Downloading model.gguf"; the same object for all reports of one task
     * @param done how much of it is done
     * @param total how much there is, or −1 if unknown; {@code done == total} ends the task
     */
    void report(Text task, long done, long total, Unit unit);
}
