package dev.unbusy.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code object[index]}: the item, else the attribute of that name. */
final class Items {
    private Items() {}

    static Object get(Render render, Object object, Object index) {
        if (object instanceof Undefined undefined) {
            throw undefined.fail();
        }
        Object item = item(object, index);
        if (item != null) {
            return item;
        }
        if (Types.isText(index)) {
            Object attribute = Attributes.find(object, Types.textOf(index));
            if (attribute != null) {
                return attribute;
            }
        }
        return Undefined.member(object, index);
    }

    private static @Nullable Object item(Object object, Object index) {
        return switch (object) {
            case PyDict dict -> isHashable(index) ? dict.get(index) : null;
            case Seq seq -> {
                int at = position(index, seq.size());
                yield at < 0 ? null : seq.items().get(at);
            }
            case String s -> {
                int at = position(index, Numbers.isInteger(index) ? CodePoints.length(s) : 0);
                yield at < 0 ? null : CodePoints.at(s, at);
            }
            case Markup m -> {
                int at = position(index, Numbers.isInteger(index) ? CodePoints.length(m.text()) : 0);
                yield at < 0 ? null : new Markup(CodePoints.at(m.text(), at));
            }
            case PyRange range -> {
                int at = position(index, range.size());
                yield at < 0 ? null : range.get(at);
            }
            default -> null;
        };
    }

    private static boolean isHashable(Object value) {
        return switch (value) {
            case PyList list -> false;
            case PyDict dict -> false;
            case DictView view -> view.kind() == DictView.Kind.VALUES;
            case PyTuple tuple -> all(tuple.items());
            default -> true;
        };
    }

    private static boolean all(List<Object> items) {
        return items.stream().allMatch(Items::isHashable);
    }

    /** Index from the start, or −1 if the index is no integer or out of range. */
    private static int position(Object index, int size) {
        if (!Numbers.isInteger(index)) {
            return -1;
        }
        int at = Numbers.clampedIndex(index);
        if (at < 0) {
            at += size;
        }
        return at >= 0 && at < size ? at : -1;
    }
}
