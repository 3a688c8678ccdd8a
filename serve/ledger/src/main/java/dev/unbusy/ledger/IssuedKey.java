package dev.unbusy.ledger;

/**
 * A key at the one moment when its secret exists outside its owner's hands.
 *
 * @param plaintext what the owner sends; kept nowhere
 */
public record IssuedKey(KeyRecord key, String plaintext) {
    /** Without the secret: this is what ends up in logs. */
    @Override
    public String toString() {
        return "IssuedKey[" + key.id() + "]";
    }
}
