package dev.unbusy.routing;

/**
 * One worker as a policy sees it at the moment of the choice. The numbers are the chooser's own count of what it has
 * dispatched and not yet seen finished, never a scrape: a scraped load is older than the last few dispatches.
 *
 * @param id the worker's name
 * @param ready true where the worker takes new requests now
 * @param outstandingNanos work dispatched to it and not finished, in time of a fully loaded worker
 * @param outstandingRequests requests dispatched to it and not finished
 */
public record WorkerView(String id, boolean ready, long outstandingNanos, int outstandingRequests) {
    public WorkerView {
        if (outstandingNanos < 0 || outstandingRequests < 0) {
            throw new IllegalArgumentException("worker " + id + " has negative outstanding work: " + outstandingNanos
                    + " ns in " + outstandingRequests + " requests");
        }
    }
}
