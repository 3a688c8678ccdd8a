package dev.unbusy.http;

/**
 * Writes the body of an error that the HTTP layer answers by itself (400, 408, 413, 414, 417, 431, 500, 503), in the
 * format of the API that the server speaks. Called on event loops; must not block.
 */
@FunctionalInterface
public interface ErrorBody {
    /** JSON without further knowledge of the API. */
    ErrorBody PLAIN = (status, message) -> ("{\"error\":{\"message\":\"" + message
                    + "\",\"type\":null,\"param\":null,\"code\":null}}")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);

    /**
     * @param status the HTTP status
     * @param message what is wrong and what to do; plain ASCII without quotes, backslashes or anything the client sent
     */
    byte[] of(int status, String message);
}
