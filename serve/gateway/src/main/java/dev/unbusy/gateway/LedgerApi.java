package dev.unbusy.gateway;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.ledger.AuditAction;
import dev.unbusy.ledger.KeyLimits;
import dev.unbusy.ledger.KeyScope;
import dev.unbusy.ledger.KeySpec;
import dev.unbusy.ledger.Ledger;
import dev.unbusy.ledger.LedgerException;
import dev.unbusy.ledger.TenantRecord;
import dev.unbusy.ledger.UsageCursor;
import dev.unbusy.ledger.UsageExport;
import dev.unbusy.ledger.UsagePage;
import dev.unbusy.ledger.UsageQuery;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of the admin API that concerns the ledger: keys, tenants, usage, audit log; described in
 * {@code docs/reference/admin.md}. Apart from HTTP, so that commands can ask a ledger that no gateway has open in the same
 * words. Blocks; thread-safe.
 */
public final class LedgerApi {
    /** The header with the {@code after} of the next page, for answers that have no room for it. */
    public static final String NEXT = "x-unbusy-next";

    private static final String PREFIX = "/admin/v1/";
    private static final Set<String> PARTS = Set.of("keys", "tenants", "usage", "audit");
    private static final String JSON = "application/json";
    private static final int USUAL_PAGE = 1_000;

    private final Ledger ledger;

    public LedgerApi(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * @param query as sent, without the question mark
     * @param by who asks: the id of a key, or {@link dev.unbusy.ledger.AuditEntry#LOCAL}
     */
    public record Call(String method, String path, String query, String body, String by) {}

    /** @param next the {@code after} of the next page; null where there is none */
    public record Answer(
            int status,
            String contentType,
            String body,
            @Nullable String next) {}

    /** Whether a path belongs to this API. */
    public static boolean has(String path) {
        return path.startsWith(PREFIX)
                && PARTS.contains(path.substring(PREFIX.length()).split("/", 2)[0]);
    }

    /** Never throws for what it was asked; errors have the envelope of all errors. */
    public Answer answer(Call call) {
        try {
            String[] parts = call.path().substring(PREFIX.length()).split("/", -1);
            return switch (call.method() + " " + shape(parts)) {
                case "GET keys" -> json(LedgerJson.keys(ledger.keys()));
                case "POST keys" -> create(call);
                case "POST keys/*/rotate" -> rotate(call, parts[1]);
                case "DELETE keys/*" -> json(LedgerJson.key(ledger.revokeKey(parts[1], call.by())));
                case "GET tenants" -> json(LedgerJson.tenants(ledger.tenants()));
                case "PUT tenants/*" -> setTenant(call, parts[1]);
                case "GET usage" -> usage(call);
                case "GET usage/days" -> days(call);
                case "GET audit" -> audit(call);
                default -> error(ApiError.notFound(call.method(), call.path()));
            };
        } catch (ApiException e) {
            return error(e.error());
        } catch (LedgerException e) {
            return error(of(e));
        }
    }

    private static String shape(String[] parts) {
        return switch (parts.length) {
            case 1 -> parts[0];
            case 2 -> parts[0] + (parts[0].equals("usage") ? "/" + parts[1] : "/*");
            default -> parts[0] + "/*/" + parts[2] + (parts.length > 3 ? "/…" : "");
        };
    }

    private Answer create(Call call) {
        Given given = Given.inBody(call.body());
        KeySpec spec = new KeySpec(
                orEmpty(given.text("name")),
                given.requiredText("tenant"),
                scopes(given.texts("scopes")),
                Set.copyOf(given.texts("models")),
                limits(given),
                given.count("weight", 1),
                given.number("budgetTokens", 0),
                given.number("expiresAt"));
        given.nothingElse();
        return json(LedgerJson.issued(ledger.createKey(spec, call.by())));
    }

    private Answer rotate(Call call, String id) {
        Given given = Given.inBody(call.body());
        long seconds = given.number("graceSeconds", 0);
        given.nothingElse();
        if (seconds < 0 || seconds > Duration.ofDays(366).toSeconds()) {
            throw ApiError.outOfRange("graceSeconds", seconds, "from 0 to a year")
                    .exception();
        }
        return json(LedgerJson.issued(ledger.rotateKey(id, Duration.ofSeconds(seconds), call.by())));
    }

    private Answer setTenant(Call call, String name) {
        Given given = Given.inBody(call.body());
        TenantRecord tenant = new TenantRecord(name, limits(given), given.count("weight", 1));
        given.nothingElse();
        return json(LedgerJson.tenant(ledger.setTenant(tenant, call.by())));
    }

    private Answer usage(Call call) {
        Given given = Given.inQuery(call.query());
        String after = given.text("after");
        String format = given.text("format");
        UsageQuery query = new UsageQuery(
                given.text("tenant"),
                given.text("key"),
                given.number("since", Long.MIN_VALUE),
                given.number("until", Long.MAX_VALUE),
                given.count("limit", USUAL_PAGE),
                after == null ? null : UsageCursor.parse(after));
        given.nothingElse();
        boolean csv = "csv".equals(format);
        if (format != null && !csv && !format.equals("json")) {
            throw ApiError.invalidValue("format", "must be json or csv").exception();
        }
        if (after == null) {
            ledger.audit(
                    call.by(),
                    AuditAction.USAGE_EXPORTED,
                    orAll(query.tenant()),
                    Map.of("format", csv ? "csv" : "json"));
        }
        UsagePage page = ledger.usage(query);
        String next = page.next() == null ? null : page.next().text();
        return csv
                ? new Answer(200, "text/csv; charset=utf-8", UsageExport.csv(page.rows(), after == null), next)
                : new Answer(200, JSON, LedgerJson.usage(page), next);
    }

    private Answer days(Call call) {
        Given given = Given.inQuery(call.query());
        LocalDate since = day("since", given.text("since"), LocalDate.EPOCH);
        LocalDate until = day("until", given.text("until"), LocalDate.of(9999, 1, 1));
        String tenant = given.text("tenant");
        String key = given.text("key");
        given.nothingElse();
        return json(LedgerJson.days(ledger.totals(since, until, tenant, key)));
    }

    private Answer audit(Call call) {
        Given given = Given.inQuery(call.query());
        long before = given.number("before", Long.MAX_VALUE);
        int limit = given.count("limit", 100);
        given.nothingElse();
        if (limit < 1 || limit > UsageQuery.MAX_LIMIT) {
            throw ApiError.outOfRange("limit", limit, "from 1 to " + UsageQuery.MAX_LIMIT)
                    .exception();
        }
        return json(LedgerJson.audit(ledger.auditTrail(before, limit)));
    }

    private static KeyLimits limits(Given given) {
        return new KeyLimits(
                given.number("requestsPerMinute", 0),
                given.number("tokensPerMinute", 0),
                given.count("concurrency", 0));
    }

    private static Set<KeyScope> scopes(List<String> words) {
        if (words.isEmpty()) {
            return Set.of(KeyScope.INFERENCE);
        }
        Set<KeyScope> scopes = EnumSet.noneOf(KeyScope.class);
        for (String word : words) {
            switch (word.toLowerCase(Locale.ROOT)) {
                case "inference" -> scopes.add(KeyScope.INFERENCE);
                case "admin" -> scopes.add(KeyScope.ADMIN);
                default ->
                    throw ApiError.invalidValue(
                                    "scopes", "has \"" + ApiError.quote(word) + "\"; known are inference and admin")
                            .exception();
            }
        }
        return scopes;
    }

    private static LocalDate day(String name, @Nullable String text, LocalDate otherwise) {
        try {
            return text == null ? otherwise : LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw ApiError.invalidValue(name, "must be a day like 2026-11-29").exception();
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String orAll(@Nullable String tenant) {
        return tenant == null ? "all tenants" : tenant;
    }

    private static Answer json(String body) {
        return new Answer(200, JSON, body, null);
    }

    private static Answer error(ApiError error) {
        return new Answer(error.status(), JSON, new String(error.body(), StandardCharsets.UTF_8), null);
    }

    private static ApiError of(LedgerException e) {
        int status = switch (e.code()) {
            case "ledger-value-invalid" -> 400;
            case "key-unknown" -> 404;
            case "key-revoked" -> 409;
            default -> 500;
        };
        return new ApiError(
                status,
                e.text().en() + " " + e.remedy().en(),
                status < 500 ? "invalid_request_error" : "server_error",
                null,
                e.code().replace('-', '_'),
                0);
    }
}
