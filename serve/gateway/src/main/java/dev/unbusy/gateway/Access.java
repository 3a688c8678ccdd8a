package dev.unbusy.gateway;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.http.Exchange;
import dev.unbusy.ledger.Authentication;
import dev.unbusy.ledger.Authentication.Authenticated;
import dev.unbusy.ledger.Authentication.Rejected;
import dev.unbusy.ledger.KeyRing;
import dev.unbusy.ledger.KeyScope;
import dev.unbusy.ledger.Ledger;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what: (1) while no key was ever made, everybody who reaches the gateway may do everything, which is why it then
 * listens on loopback addresses only; (2) the {@link LocalToken} may do everything; (3) a key may do what its scopes say.
 * Thread-safe, waits for nothing.
 */
final class Access {
    private static final String BEARER = "Bearer ";

    /** What a path asks of its callers. */
    enum Right {
        /** Health: load balancers have no keys. */
        NONE,
        /** Completions, and what belongs to them. */
        INFERENCE,
        /** Everything that concerns others. */
        ADMIN
    }

    private final Ledger ledger;
    private final LocalToken local;
    private final InstantSource clock;

    Access(Ledger ledger, LocalToken local, InstantSource clock) {
        this.ledger = ledger;
        this.local = local;
        this.clock = clock;
    }

    /** Whether callers are asked for a key. */
    boolean asksForKeys() {
        return !ledger.keyRing().open();
    }

    /** @throws ApiException where the caller may not do it: 401 without a valid key, 403 with one that does not open this */
    Caller caller(Exchange exchange, Right right) {
        KeyRing ring = ledger.keyRing();
        if (right == Right.NONE || ring.open()) { // 1
            return Caller.ANYBODY;
        }
        String sent = sent(exchange);
        if (sent != null && local.matches(withoutScheme(sent))) { // 2
            return Caller.LOCAL;
        }
        return switch (ring.authenticate(sent, clock.millis())) { // 3
            case Authenticated(var key, var tenant) -> {
                if (!key.has(right == Right.ADMIN ? KeyScope.ADMIN : KeyScope.INFERENCE)
                        && !(right == Right.INFERENCE && isRead(exchange) && key.has(KeyScope.ADMIN))) {
                    throw ApiError.forbidden("The key " + key.id() + " has no scope for this path, which asks for "
                                    + (right == Right.ADMIN ? KeyScope.ADMIN : KeyScope.INFERENCE).word()
                                    + ". Use another key, or have one made: `unbusy keys create --scope`.")
                            .exception();
                }
                yield Caller.of(key, tenant);
            }
            case Rejected(Authentication.Reason reason) ->
                throw ApiError.unauthorized(words(reason)).exception();
        };
    }

    private static boolean isRead(Exchange exchange) {
        return exchange.method().equals("GET") || exchange.method().equals("HEAD");
    }

    /** OpenAI's and DeepSeek's clients send the first, Anthropic's the second. */
    private static @Nullable String sent(Exchange exchange) {
        String authorization = exchange.header("authorization");
        return authorization == null ? exchange.header("x-api-key") : authorization;
    }

    private static String withoutScheme(String value) {
        String stripped = value.strip();
        return stripped.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? stripped.substring(BEARER.length()).strip()
                : stripped;
    }

    private static String words(Authentication.Reason reason) {
        return switch (reason) {
            case MISSING ->
                "An API key is needed here. Send it as \"Authorization: Bearer KEY\" or \"x-api-key: KEY\". Whoever runs"
                        + " this service makes keys with `unbusy keys create --tenant NAME`.";
            case MALFORMED ->
                "Authentication Fails: what was sent does not have the form of a key of this service (ub-…). Send it as it"
                        + " was shown when it was created.";
            case UNKNOWN ->
                "Authentication Fails: there is no such key here. Check that it is whole, of this service, and was not"
                        + " rotated away.";
            case REVOKED ->
                "Authentication Fails: this key has been revoked. Ask whoever runs this service for a new one.";
            case EXPIRED -> "Authentication Fails: this key has expired. Ask whoever runs this service for a new one.";
        };
    }
}
