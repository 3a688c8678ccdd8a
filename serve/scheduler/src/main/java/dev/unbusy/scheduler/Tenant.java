package dev.unbusy.scheduler;

/** One tenant's account: what it was served, what it holds, and how long its answers get. Kept by {@link Tenants}. */
final class Tenant {
    final OutputLengths lengths;
    /** Nanoseconds of work times price: the virtual counter. */
    double served;
    /** Prices of its running sequences. */
    double held;

    int running;
    /** Sequences that wait or run. */
    int live;

    Tenant(OutputLengths lengths) {
        this.lengths = lengths;
    }

    void takes(double price) {
        held += price;
        running++;
    }

    void gives(double price) {
        // Exactly 0 in the end, whatever additions have rounded.
        held = --running == 0 ? 0 : held - price;
    }
}
