package dev.unbusy.jinja;

/**
 * Where in a template something is compiled.
 *
 * @param symbols the names of the scope
 * @param soft whether it is inside an {@code if}: unknown filters and tests then fail only when used
 * @param inLoop whether {@code break} and {@code continue} have a loop here
 */
record Place(Symbols symbols, boolean soft, boolean inLoop) {

    /** The same scope, inside an {@code if}. */
    Place conditional() {
        return new Place(symbols, true, inLoop);
    }

    /** An inner scope of the same function. */
    Place inner(Symbols innerSymbols) {
        return new Place(innerSymbols, false, inLoop);
    }

    /** A loop's body. */
    Place loop(Symbols loopSymbols) {
        return new Place(loopSymbols, false, true);
    }

    /** The body of a function of its own. */
    static Place function(Symbols symbols) {
        return new Place(symbols, false, false);
    }
}
