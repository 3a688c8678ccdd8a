package dev.unbusy.scheduler;

/**
 * What a sequence may claim of the machine.
 *
 * @param tenant whose share it is served from; "" is a tenant too
 * @param priority class; higher ones start first, are prefilled first, take slots from lower ones and lose theirs last
 * @param price what work costs its tenant: at half the price a tenant gets twice the share; finite and positive
 */
public record Claim(String tenant, int priority, double price) {
    /** One tenant, one class. */
    public static final Claim PLAIN = new Claim("", 0, 1);

    public Claim {
        if (!(price > 0) || Double.isInfinite(price)) {
            throw new IllegalArgumentException("price must be finite and positive, got " + price);
        }
    }

    public static Claim ofPriority(int priority) {
        return new Claim("", priority, 1);
    }

    public static Claim ofTenant(String tenant) {
        return new Claim(tenant, 0, 1);
    }
}
