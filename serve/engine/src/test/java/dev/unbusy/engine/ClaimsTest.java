package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.api.ApiException;
import dev.unbusy.scheduler.Claim;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request may claim, from headers and body. */
class ClaimsTest {
    @Test
    void nothingSaid_isEverybodys() {
        assertThat(claims(Map.of(), null)).isEqualTo(Claims.NONE);
    }

    @Test
    void userId_isATenantWithACacheOfItsOwn() {
        assertThat(claims(Map.of("x-unbusy-priority", "batch"), "u-1"))
                .isEqualTo(new Claims(new Claim("u-1", -1, 1), "u-1"));
    }

    @Test
    void gatewaysTenant_comesBeforeTheUserAndKeepsUsersOfThatNameApart() {
        Claims ours = claims(Map.of("x-unbusy-tenant", "acme", "x-unbusy-price", "0.5"), "u-1");
        Claims theirs = claims(Map.of("x-unbusy-tenant", "acm"), "eu-1");
        assertThat(ours.claim()).isEqualTo(new Claim("acme", 0, 0.5));
        assertThat(ours.cacheScope()).isNotEqualTo("u-1").isNotEqualTo(theirs.cacheScope());
        assertThat(claims(Map.of("x-unbusy-tenant", "acme"), null).cacheScope()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "x-unbusy-price, 0",
        "x-unbusy-price, NaN",
        "x-unbusy-price, 1e300",
        "x-unbusy-price, cheap",
        "x-unbusy-priority, URGENT",
        "x-unbusy-tenant, ''"
    })
    void headersThatMakeNoSense_areRefusedByName(String name, String value) {
        assertThatThrownBy(() -> claims(Map.of(name, value), null))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.error().param()).isEqualTo(name));
    }

    private static Claims claims(Map<String, String> headers, @Nullable String user) {
        return Claims.of(headers::get, user);
    }
}
