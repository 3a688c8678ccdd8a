package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.Priority;
import dev.unbusy.scheduler.Claim;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a request may claim of this worker: from the headers in which a gateway says whose request it is, else from the body's
 * {@code user_id} or {@code user}, which DeepSeek's API keeps apart in cache and schedule.
 *
 * @param claim on places and time
 * @param cacheScope prefixes are shared only within it; "" is everybody's
 */
record Claims(Claim claim, String cacheScope) {
    /** Whose share it is served from. A gateway takes it from the key; it does not pass on what clients say. */
    static final String TENANT = "x-unbusy-tenant";
    /** What work costs that tenant: at half the price it gets twice the share. */
    static final String PRICE = "x-unbusy-price";

    static final Claims NONE = new Claims(Claim.PLAIN, "");

    private static final int MOST_TENANT_CHARS = 512;
    private static final double LEAST_PRICE = 1e-6;
    private static final double MOST_PRICE = 1e6;

    /**
     * @param header a header's value by its name in lower case; null if there is none
     * @throws dev.unbusy.api.ApiException naming a header that makes no sense
     */
    static Claims of(Function<String, @Nullable String> header, @Nullable String user) {
        String tenant = header.apply(TENANT);
        if (tenant != null && (tenant.isEmpty() || tenant.length() > MOST_TENANT_CHARS)) {
            throw ApiError.badHeader(TENANT, "must have 1 to " + MOST_TENANT_CHARS + " characters")
                    .exception();
        }
        int level = Priority.of(header.apply(Priority.HEADER)).level();
        double price = price(header.apply(PRICE));
        if (tenant == null) {
            String own = user == null ? "" : user;
            return new Claims(new Claim(own, level, price), own);
        }
        // Two tenants may call their users alike.
        String scope = user == null || user.isEmpty() ? "" : tenant.length() + ":" + tenant + user;
        return new Claims(new Claim(tenant, level, price), scope);
    }

    private static double price(@Nullable String header) {
        if (header == null) {
            return 1;
        }
        try {
            double price = Double.parseDouble(header);
            if (price >= LEAST_PRICE && price <= MOST_PRICE) {
                return price;
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw ApiError.badHeader(PRICE, "must be a number from " + LEAST_PRICE + " to " + (long) MOST_PRICE)
                .exception();
    }
}
