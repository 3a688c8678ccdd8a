/** Keys, tenants, quotas, usage and the audit log: kept in a database, written to a journal first. */
@NullMarked
package dev.unbusy.ledger;

import org.jspecify.annotations.NullMarked;
