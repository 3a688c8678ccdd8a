package dev.unbusy.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Usage rows, newest first.
 *
 * @param next for the page behind this one; null: this was the last
 */
public record UsagePage(List<UsageRecord> rows, @Nullable UsageCursor next) {
    public UsagePage {
        rows = List.copyOf(rows);
    }
}
