package dev.unbusy.scheduler;

/** How the cells of the KV cache are divided. Evidence: docs/decisions/0011-kv-layout.md. */
public enum KvLayout {
    /**
     * All sequences take cells from one pool, and a shared prefix takes them once. Each step looks at every cell in use,
     * whosever it is.
     */
    SHARED,
    /**
     * Each slot has cells for a whole context of its own. A step looks only at those of the sequences in it; a shared prefix
     * is copied.
     */
    SPLIT
}
