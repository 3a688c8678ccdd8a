package dev.unbusy.ledger;

/**
 * One line of the audit log.
 *
 * @param sequence grows with each; for paging
 * @param who the id of the key that asked, or {@link #LOCAL}
 * @param target what it was done to: a key's id, a tenant
 * @param detail a JSON object, without secrets
 */
public record AuditEntry(long sequence, long atMillis, String who, AuditAction action, String target, String detail) {
    /** Somebody at this machine's command line. */
    public static final String LOCAL = "local";
}
