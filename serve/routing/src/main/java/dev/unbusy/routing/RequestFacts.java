package dev.unbusy.routing;

import dev.unbusy.admission.Price;

/**
 * What a policy may know about one request. A policy that does not need a fact ignores it.
 *
 * @param model id of the served model, as the workers name it
 * @param price estimated cost of this request
 */
public record RequestFacts(String model, Price price) {}
