package dev.unbusy.admission;

/** What a {@link Quota} says to a request. */
public sealed interface QuotaAnswer {

    /** It may come in; the reservation must be ended. */
    record Granted(Reservation reservation) implements QuotaAnswer {}

    /**
     * It may not come in now, and nothing was taken from any scope. Where several limits stand against it, this is the one
     * that will do so longest, concurrency before rates.
     *
     * @param scope whose limit it is
     * @param allowed the limit: requests or tokens per minute, or requests at the same time
     * @param available what is left of it now; negative while a scope is in debt
     * @param asked what this request asked of it
     * @param waitNanos the time until all rate limits would admit this very request if nothing else came: admitted then,
     *     and not a nanosecond earlier. With {@link LimitKind#CONCURRENCY} one of the scope's requests has to end as well,
     *     which no clock tells: see {@link #exact}
     */
    record Refused(Scope scope, LimitKind limit, long allowed, long available, long asked, long waitNanos)
            implements QuotaAnswer {

        /** Whether {@code waitNanos} is all of the wait, or only the least that it can be. */
        public boolean exact() {
            return limit != LimitKind.CONCURRENCY;
        }
    }
}
