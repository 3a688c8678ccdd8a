package dev.unbusy.api;

/**
 * What an answer says of itself, and its translator cannot know.
 *
 * @param id letters and digits, unlike any other answer's; each dialect puts its own prefix before it
 * @param createdMillis Unix time of the request's arrival, from where {@code elapsedNanos} counts
 * @param model shown to the client, as it asked for it
 */
public record DialectHead(String id, long createdMillis, String model) {
    public DialectHead {
        if (!id.matches("[A-Za-z0-9]{1,64}")) {
            throw new IllegalArgumentException("id " + id + " must be 1 to 64 letters and digits");
        }
    }
}
