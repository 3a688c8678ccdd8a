package dev.unbusy.ledger;

/**
 * One record of the journal.
 *
 * @param ticket the same in a request's two entries, and in no other request's, whatever process wrote it
 */
record JournalEntry(Kind kind, long ticket, UsageRecord record) {
    enum Kind {
        BEGUN,
        ENDED
    }
}
