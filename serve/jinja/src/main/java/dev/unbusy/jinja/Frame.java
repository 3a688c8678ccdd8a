package dev.unbusy.jinja;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The variables of one running function: the template, a macro, a recursive loop or a loop's filter. Inner functions see
 * the frames they were made in, as they are at the time of the call.
 */
final class Frame {
    final Render render;
    final Object[] slots;
    final @Nullable Frame outer;

    Frame(Render render, FunctionScope function, @Nullable Frame outer) {
        this.render = render;
        this.slots = new Object[function.size()];
        this.outer = outer;
        Arrays.fill(slots, Missing.MISSING);
    }

    /** The frame so many functions further out. */
    Frame out(int hops) {
        Frame frame = this;
        for (int i = 0; i < hops; i++) {
            Frame next = frame.outer;
            if (next == null) {
                throw new IllegalStateException("no frame " + hops + " functions out");
            }
            frame = next;
        }
        return frame;
    }
}
