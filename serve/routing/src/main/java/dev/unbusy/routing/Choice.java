package dev.unbusy.routing;

/** Where a request goes, or why it goes nowhere yet. */
public sealed interface Choice {

    /**
     * @param index position of the chosen worker in the list that the policy was given
     * @param reason why this one
     */
    record Chosen(int index, Reason reason) implements Choice {}

    /** No worker of the list can take the request now. */
    record NoWorker(Absence why) implements Choice {}

    /** Why a worker was chosen. */
    enum Reason {
        /** Every other worker is not ready. */
        ONLY_READY,
        /** It has less outstanding work than every other. */
        LEAST_WORK,
        /** It has more of the prompt's beginning in its cache than another, and not too much work for that to count. */
        PREFIX_AFFINITY,
        /** Another has more of the prompt's beginning, and too much work for that to be worth it. */
        AFFINITY_SATURATED,
        /** Its work, places, KV cells and warm-up together promise the earliest answer; no prefix was involved. */
        LEAST_COST,
        /** It has fewer requests running than every other. */
        LEAST_CONNECTIONS,
        /** Several are equally good; it was this one's turn among them. */
        TIE_IN_TURN,
        /** The next in the order. */
        NEXT_IN_TURN
    }

    /** Why none was chosen. */
    enum Absence {
        /** The list is empty. */
        NONE_KNOWN,
        /** Workers exist; none of them is ready. */
        NONE_READY
    }
}
