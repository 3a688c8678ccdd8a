package dev.unbusy.jinja;

import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** One rendering: its variables, and the meter of what it has used. Owned by the thread that renders. */
final class Render {
    /** Nesting of all running macro bodies together: fits the stack of a thread with default settings. */
    private static final int MAX_LEVELS = 2500;

    private final Limits limits;
    private final Map<String, ?> variables;
    private final Map<String, Object> resolved = new HashMap<>();
    private final Supplier<LocalDateTime> now;
    private long workLeft;
    private int calls;
    private int levels;
    private int line = 1;
    /** Text of a block that its filter is about to read. */
    private String captured = "";

    Render(Limits limits, Map<String, ?> variables, Supplier<LocalDateTime> now) {
        this.limits = limits;
        this.variables = variables;
        this.now = now;
        this.workLeft = limits.work();
    }

    LocalDateTime now() {
        return now.get();
    }

    int line() {
        return line;
    }

    void line(int line) {
        this.line = line;
    }

    String captured() {
        return captured;
    }

    void captured(String text) {
        captured = text;
    }

    /** A variable given to this rendering, else a global function, else {@link Missing}. */
    Object resolve(String name) {
        Object known = resolved.get(name);
        if (known != null) {
            return known;
        }
        Object value;
        if (variables.containsKey(name)) {
            Inputs inputs = new Inputs();
            value = inputs.convert(variables.get(name));
            workLeft += inputs.chars() * limits.workPerInputChar();
        } else {
            Callable global = Globals.find(name);
            value = global == null ? Missing.MISSING : global;
        }
        resolved.put(name, value);
        return value;
    }

    void work(long units) {
        workLeft -= units;
        if (workLeft < 0) {
            throw EvalError.limit("rendering took more than the allowed amount of work");
        }
    }

    /** Counts a string about to be built, and checks its length. */
    void build(long chars) {
        if (chars > limits.outputChars()) {
            throw EvalError.limit("a text of more than " + limits.outputChars() + " characters");
        }
        work(chars);
    }

    /** Counts a search for one text in another, whose worst case is their product. */
    void search(int length, int soughtLength) {
        work(length / 16 + (long) length * soughtLength / 64);
    }

    String joined(String a, String b) {
        build((long) a.length() + b.length());
        return a.concat(b);
    }

    String repeated(String s, int count) {
        build((long) s.length() * count);
        return s.repeat(count);
    }

    void append(StringBuilder out, String s) {
        append(out, s, 0, s.length());
    }

    void append(StringBuilder out, String s, int from, int to) {
        int length = to - from;
        if (out.length() + (long) length > limits.outputChars()) {
            throw EvalError.limit("a text of more than " + limits.outputChars() + " characters");
        }
        work(length);
        out.append(s, from, to);
    }

    /**
     * Enters a macro or another round of a recursive loop.
     *
     * @param depth how deep its body is nested ({@link Depth})
     */
    void enter(int depth) {
        calls++;
        levels += depth;
        if (calls > limits.callDepth() || levels > MAX_LEVELS) {
            throw EvalError.limit("macros call each other more than " + limits.callDepth() + " deep, or " + MAX_LEVELS
                    + " levels of nesting in all");
        }
    }

    void leave(int depth) {
        calls--;
        levels -= depth;
    }
}
