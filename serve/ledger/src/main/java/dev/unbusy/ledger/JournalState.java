package dev.unbusy.ledger;

import org.jspecify.annotations.Nullable;

/**
 * How well usage is being kept, for metrics and alerts.
 *
 * @param lostRecords since the start: there was room for them neither on disk nor in memory
 * @param inMemory records that wait in memory because no journal file could be made; a killed process loses them
 * @param damaged stretches of the journal that could not be read, since the start and found at it
 * @param failure why the database or the journal cannot be written now; null: they can
 */
public record JournalState(
        long lostRecords,
        int inMemory,
        long damaged,
        @Nullable String failure) {}
