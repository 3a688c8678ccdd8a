package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.List;

/** {@code object[start:stop:step]}. */
final class Slices {
    private Slices() {}

    /** Positions {@code first, first + step, …}, {@code count} of them. */
    private record Span(int first, int count, int step) {}

    static Object slice(Render render, Object object, Object start, Object stop, Object step) {
        return switch (object) {
            case String s -> text(render, s, start, stop, step);
            case Markup m -> new Markup(text(render, m.text(), start, stop, step));
            case PyList list -> new PyList(items(render, list.items(), start, stop, step));
            case PyTuple tuple -> PyTuple.of(items(render, tuple.items(), start, stop, step));
            case PyRange range -> {
                Span span = span(range.size(), start, stop, step);
                long first = range.start() + span.first() * range.step();
                long stride = range.step() * span.step();
                yield new PyRange(first, rangeStop(range, span, stop), stride);
            }
            case Undefined undefined -> throw undefined.fail();
            case PyDict dict -> throw EvalError.failed("unhashable type: 'slice'");
            default -> throw EvalError.failed("'" + Types.name(object) + "' object is not subscriptable");
        };
    }

    private static long rangeStop(PyRange range, Span span, Object stop) {
        int stride = span.step();
        int end = bound(stop, range.size(), stride < 0, stride < 0 ? -1 : range.size());
        return range.start() + end * range.step();
    }

    private static String text(Render render, String s, Object start, Object stop, Object step) {
        Span span = span(CodePoints.length(s), start, stop, step);
        if (span.count() == 0) {
            return "";
        }
        if (span.step() == 1) {
            int from = CodePoints.offset(s, span.first());
            int to = CodePoints.isFlat(s) ? from + span.count() : s.offsetByCodePoints(from, span.count());
            render.work(to - from);
            return s.substring(from, to);
        }
        if (span.step() == -1 && span.count() == CodePoints.length(s)) {
            render.work(s.length());
            return CodePoints.reversed(s);
        }
        render.work(s.length());
        int[] codePoints = s.codePoints().toArray();
        StringBuilder out = new StringBuilder(span.count());
        long at = span.first();
        for (int i = 0; i < span.count(); i++) {
            out.appendCodePoint(codePoints[(int) at]);
            at += span.step();
        }
        return out.toString();
    }

    private static List<Object> items(Render render, List<Object> items, Object start, Object stop, Object step) {
        Span span = span(items.size(), start, stop, step);
        render.work(span.count());
        if (span.step() == 1) {
            return span.count() == 0 ? List.of() : items.subList(span.first(), span.first() + span.count());
        }
        List<Object> selected = new ArrayList<>(span.count());
        long at = span.first();
        for (int i = 0; i < span.count(); i++) {
            selected.add(items.get((int) at));
            at += span.step();
        }
        return selected;
    }

    private static Span span(int size, Object start, Object stop, Object step) {
        int stride = step == None.NONE ? 1 : index(step);
        if (stride == 0) {
            throw EvalError.failed("slice step cannot be zero");
        }
        boolean down = stride < 0;
        int first = bound(start, size, down, down ? size - 1 : 0);
        int end = bound(stop, size, down, down ? -1 : size);
        long distance = down ? (long) first - end : (long) end - first;
        int count = distance <= 0 ? 0 : (int) ((distance - 1) / Math.abs((long) stride) + 1);
        return new Span(first, count, stride);
    }

    private static int bound(Object value, int size, boolean down, int otherwise) {
        if (value == None.NONE) {
            return otherwise;
        }
        int index = index(value);
        if (index < 0) {
            return Math.max(index + size, down ? -1 : 0);
        }
        return Math.min(index, down ? size - 1 : size);
    }

    private static int index(Object value) {
        if (!Numbers.isInteger(value)) {
            throw EvalError.failed("slice indices must be integers or None or have an __index__ method");
        }
        return Numbers.clampedIndex(value);
    }
}
