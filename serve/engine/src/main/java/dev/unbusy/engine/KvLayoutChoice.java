package dev.unbusy.engine;

/** The user's word on {@link dev.unbusy.scheduler.KvLayout}. */
public enum KvLayoutChoice {
    AUTO,
    SPLIT,
    SHARED
}
