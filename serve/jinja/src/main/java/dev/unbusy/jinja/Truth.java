package dev.unbusy.jinja;

/** Python's truth of values. */
final class Truth {
    private Truth() {}

    static boolean of(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case String s -> !s.isEmpty();
            case None none -> false;
            case Undefined undefined -> false;
            case Long n -> n != 0;
            case Double d -> d != 0;
            case Markup m -> !m.text().isEmpty();
            case Seq seq -> seq.size() > 0;
            case PyDict dict -> dict.size() > 0;
            case DictView view -> view.dict().size() > 0;
            case PyRange range -> range.size() > 0;
            case LoopContext loop -> loop.length() > 0;
            default -> true;
        };
    }
}
