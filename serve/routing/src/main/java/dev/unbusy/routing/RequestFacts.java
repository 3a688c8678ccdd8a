package dev.unbusy.routing;

/**
 * What a policy may know about one request. Later policies read more from it (prefix, tenant, priority); a policy that
 * does not need a fact ignores it.
 *
 * @param model id of the served model, as the workers name it
 * @param work estimated work of this request
 */
public record RequestFacts(String model, WorkEstimate work) {}
