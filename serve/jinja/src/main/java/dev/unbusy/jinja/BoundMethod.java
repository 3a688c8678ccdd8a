package dev.unbusy.jinja;

/** A method of a built-in value, {@code text.split} for instance. */
record BoundMethod(Object receiver, String name) implements Callable {
    @Override
    public Object call(Render render, Args args) {
        return switch (receiver) {
            case String s -> StringMethods.call(render, s, name, args);
            case Markup m -> MarkupMethods.call(render, m, name, args);
            default -> ContainerMethods.call(render, receiver, name, args);
        };
    }
}
