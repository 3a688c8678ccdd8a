package dev.unbusy.admission;

/**
 * Whose use is counted together.
 *
 * @param id name of the key (not the key itself), tenant or model
 */
public record Scope(Kind kind, String id) {
    /** What a scope gathers, the narrowest first. */
    public enum Kind {
        KEY,
        TENANT,
        MODEL
    }
}
