package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Python's {@code iter}, {@code list} and {@code len}. */
final class Iteration {
    private Iteration() {}

    static boolean isIterable(Object value) {
        return switch (value) {
            case String s -> true;
            case Markup m -> true;
            case Seq seq -> true;
            case PyDict dict -> true;
            case DictView view -> true;
            case PyRange range -> true;
            case Lazy lazy -> true;
            case Undefined undefined -> true;
            case LoopContext loop -> true;
            default -> false;
        };
    }

    static Iterator<Object> of(Object value) {
        return switch (value) {
            case Seq seq -> seq.items().iterator();
            case String s -> characters(s);
            case Markup m -> characters(m.text());
            case PyDict dict -> dict.keys();
            case DictView view -> view.iterator();
            case PyRange range -> range.iterator();
            case Lazy lazy -> lazy;
            case Undefined undefined -> Collections.emptyIterator();
            case LoopContext loop -> throw EvalError.unsupported("iterating over 'loop'");
            default -> throw EvalError.failed("'" + Types.name(value) + "' object is not iterable");
        };
    }

    private static Iterator<Object> characters(String s) {
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < s.length();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                int codePoint = s.codePointAt(at);
                at += Character.charCount(codePoint);
                return Character.toString(codePoint);
            }
        };
    }

    /** All values, counted as work. */
    static List<Object> toList(Render render, Object value) {
        if (value instanceof Seq seq) {
            render.work(seq.size());
            return seq.items();
        }
        List<Object> items = new ArrayList<>();
        for (Iterator<Object> values = of(value); values.hasNext(); ) {
            render.work(1);
            items.add(values.next());
        }
        return items;
    }

    static int length(Object value) {
        return switch (value) {
            case String s -> CodePoints.length(s);
            case Markup m -> CodePoints.length(m.text());
            case Seq seq -> seq.size();
            case PyDict dict -> dict.size();
            case DictView view -> view.dict().size();
            case PyRange range -> range.size();
            case Undefined undefined -> 0;
            case LoopContext loop -> loop.length();
            default -> throw EvalError.failed("object of type '" + Types.name(value) + "' has no len()");
        };
    }
}
