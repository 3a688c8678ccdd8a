package dev.unbusy.engine;

import dev.unbusy.chat.TextShape;
import dev.unbusy.chat.TextShape.Choice;
import dev.unbusy.chat.TextShape.Literal;
import dev.unbusy.chat.TextShape.Repeat;
import dev.unbusy.chat.TextShape.Sequence;
import java.util.ArrayList;
import java.util.List;

/** What is left of a shape whose beginning has been written already. */
final class ShapePrefix {
    private ShapePrefix() {}

    /** @throws IllegalArgumentException if not every text of the shape begins with the prefix inside its first literal */
    static TextShape without(TextShape shape, String prefix) {
        return switch (shape) {
            case Literal literal
            when literal.text().startsWith(prefix) -> new Literal(literal.text().substring(prefix.length()));
            case Sequence sequence
            when !sequence.parts().isEmpty() -> {
                List<TextShape> parts = new ArrayList<>(sequence.parts());
                parts.set(0, without(parts.getFirst(), prefix));
                yield new Sequence(parts);
            }
            case Choice choice ->
                new Choice(choice.options().stream()
                        .map(option -> without(option, prefix))
                        .toList());
            case Repeat repeat
            when repeat.least() >= 1 -> {
                TextShape first = without(repeat.item(), prefix);
                int most = repeat.most() == Integer.MAX_VALUE ? repeat.most() : repeat.most() - 1;
                if (most == 0) {
                    yield first;
                }
                TextShape further = new Sequence(List.of(new Literal(repeat.separator()), repeat.item()));
                yield new Sequence(List.of(first, new Repeat(further, "", repeat.least() - 1, most)));
            }
            default -> throw new IllegalArgumentException("a shape that does not begin with " + prefix);
        };
    }
}
