package dev.unbusy.routing;

import dev.unbusy.admission.Price;
import org.jspecify.annotations.Nullable;

/**
 * What a policy and the keeper of the {@link PrefixMap} may know about one request. A policy that does not need a fact
 * ignores it.
 *
 * @param model id of the served model, as the workers name it
 * @param price estimated cost of this request
 * @param prefix names of the prompt's beginnings; null where nobody made them
 */
public record RequestFacts(
        String model, Price price, @Nullable PrefixKeys prefix) {

    /** Of a request whose prefix nobody looked at. */
    public RequestFacts(String model, Price price) {
        this(model, price, null);
    }
}
