package dev.unbusy.scheduler;

/** Whether guessed tokens are checked. Answers are the same either way. */
public enum Speculation {
    /** Never. */
    OFF,
    /** Where measured acceptance and measured costs of wider steps say that it pays. */
    AUTO,
    /** Whatever is guessed, whether it pays or not: for tests and measurements. */
    ALWAYS
}
