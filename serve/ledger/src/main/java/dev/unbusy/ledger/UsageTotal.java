package dev.unbusy.ledger;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What one key used on one day.
 *
 * @param day in UTC, on which the requests started
 * @param keyId null where no key was asked for
 * @param uncounted those of the requests whose prompt or completion tokens are not known: they add nothing to the sums
 */
public record UsageTotal(
        LocalDate day,
        String tenant,
        @Nullable String keyId,
        long requests,
        long uncounted,
        long promptTokens,
        long completionTokens,
        long cachedTokens,
        long reasoningTokens) {}
