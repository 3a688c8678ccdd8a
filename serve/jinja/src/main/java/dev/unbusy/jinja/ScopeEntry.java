package dev.unbusy.jinja;

import dev.unbusy.jinja.FunctionScope.Variable;
import java.util.ArrayList;
import java.util.List;

/** What happens to a scope's variables when it is entered and left. */
final class ScopeEntry {
    @FunctionalInterface
    private interface Step {
        void run(Frame frame);
    }

    private final Step[] steps;
    private final int[] slots;

    ScopeEntry(Symbols symbols) {
        List<Step> all = new ArrayList<>();
        symbols.loads().forEach((variable, load) -> {
            int slot = variable.slot();
            switch (load) {
                case Symbols.Parameter parameter -> {}
                case Symbols.Resolve resolve -> {
                    String name = resolve.name();
                    all.add(frame -> frame.slots[slot] = frame.render.resolve(name));
                }
                case Symbols.Alias alias -> {
                    int hops = symbols.function().hopsTo(alias.outer());
                    int from = alias.outer().slot();
                    all.add(frame -> frame.slots[slot] = frame.out(hops).slots[from]);
                }
                case Symbols.Unset unset -> all.add(frame -> frame.slots[slot] = Missing.MISSING);
            }
        });
        steps = all.toArray(Step[]::new);
        slots = symbols.loads().keySet().stream().mapToInt(Variable::slot).toArray();
    }

    void enter(Frame frame) {
        for (Step step : steps) {
            step.run(frame);
        }
    }

    /** Forgets the scope's variables. */
    void leave(Frame frame) {
        for (int slot : slots) {
            frame.slots[slot] = Missing.MISSING;
        }
    }
}
