package dev.unbusy.http;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Whether a client keeps up, and who is to be told when it does again. */
final class Writability {
    private final BooleanSupplier now;

    // volatile: set by whoever writes, read and cleared by the event loop.
    private volatile boolean sawUnwritable;
    private volatile @Nullable Runnable listener;

    Writability(BooleanSupplier now) {
        this.now = now;
    }

    void listener(Runnable newListener) {
        listener = newListener;
    }

    /** Any thread. */
    boolean check() {
        if (now.getAsBoolean()) {
            return true;
        }
        sawUnwritable = true;
        // Once more: the event loop may have caught up before it could see the flag, and would never call the listener.
        // The
        // flag stays even so: clearing it here could take away the call that another thread waits for.
        return now.getAsBoolean();
    }

    /** Event loop: the listener that is due, because things changed for the better after they were seen bad. */
    @Nullable
    Runnable due() {
        Runnable waiting = listener;
        if (waiting == null || !sawUnwritable || !now.getAsBoolean()) {
            return null; // without a listener the change stays due, for one that comes later
        }
        sawUnwritable = false;
        return waiting;
    }

    /** Event loop: the listener of a writer that waits for what will never come. */
    @Nullable
    Runnable waiting() {
        return sawUnwritable ? listener : null;
    }
}
