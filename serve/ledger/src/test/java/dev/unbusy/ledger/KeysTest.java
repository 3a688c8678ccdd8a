package dev.unbusy.ledger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.ledger.Authentication.Authenticated;
import dev.unbusy.ledger.Authentication.Reason;
import dev.unbusy.ledger.Authentication.Rejected;
import dev.unbusy.ledger.Ledgers.FakeClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysTest {
    private static final String BY = AuditEntry.LOCAL;

    @TempDir
    private Path directory;

    private final FakeClock clock = new FakeClock();
    private EmbeddedLedger ledger;

    @BeforeEach
    void open() {
        ledger = Ledgers.open(directory, clock);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    private Authentication ask(String key) {
        return ledger.keyRing().authenticate("Bearer " + key, clock.millis);
    }

    private static Rejected rejected(Reason reason) {
        return new Rejected(reason);
    }

    @Test
    void aNewKey_opensAtOnceAndAfterReopening_withAllThatItWasGiven() {
        KeySpec spec = new KeySpec(
                "Wang's laptop",
                "physics",
                Set.of(KeyScope.INFERENCE, KeyScope.ADMIN),
                Set.of("deepseek-v3", "deepseek-r1"),
                new KeyLimits(60, 90_000, 4),
                3,
                1_000_000,
                clock.millis + 1_000);
        IssuedKey issued = ledger.createKey(spec, BY);

        assertThat(issued.plaintext()).matches("ub-[0-9A-Za-z]{12}-[0-9A-Za-z]{43}");
        assertThat(ask(issued.plaintext())).isEqualTo(new Authenticated(issued.key(), TenantRecord.plain("physics")));
        ledger.close();
        ledger = Ledgers.open(directory, clock);
        KeyRecord kept = ((Authenticated) ask(issued.plaintext())).key();
        assertThat(kept).isEqualTo(issued.key());
        assertThat(new KeySpec(
                        kept.name(),
                        kept.tenant(),
                        kept.scopes(),
                        kept.models(),
                        kept.limits(),
                        kept.weight(),
                        kept.budgetTokens(),
                        kept.expiresAtMillis()))
                .isEqualTo(spec);
        assertThat(kept.mayUse("deepseek-r1")).isTrue();
        assertThat(kept.mayUse("qwen3")).isFalse();
    }

    @Test
    void scopes_doNotContainEachOther() {
        KeyRecord inference = ledger.createKey(KeySpec.inference("a"), BY).key();
        KeyRecord admin = ledger.createKey(KeySpec.admin("a"), BY).key();
        assertThat(inference.has(KeyScope.ADMIN)).isFalse();
        assertThat(inference.has(KeyScope.INFERENCE)).isTrue();
        assertThat(inference.mayUse("anything")).isTrue();
        assertThat(admin.has(KeyScope.INFERENCE)).isFalse();
        assertThat(admin.has(KeyScope.ADMIN)).isTrue();
    }

    @Test
    void theRing_isOpenUntilTheFirstKey_andNeverAgain() {
        assertThat(ledger.keyRing().open()).isTrue();
        IssuedKey only = ledger.createKey(KeySpec.inference("a"), BY);
        assertThat(ledger.keyRing().open()).isFalse();
        ledger.revokeKey(only.key().id(), BY);
        assertThat(ledger.keyRing().open()).isFalse();
    }

    @Test
    void whatIsNotThisKey_isUnknown_andWhatIsNoKeyMalformed() {
        String key = ledger.createKey(KeySpec.inference("a"), BY).plaintext();
        String other = ledger.createKey(KeySpec.inference("a"), BY).plaintext();
        KeyRing ring = ledger.keyRing();
        char last = key.charAt(key.length() - 1);
        assertThat(ask(key.substring(0, key.length() - 1) + (last == 'x' ? 'y' : 'x')))
                .isEqualTo(rejected(Reason.UNKNOWN));
        assertThat(ask(key.substring(0, 16) + other.substring(16))).isEqualTo(rejected(Reason.UNKNOWN));
        assertThat(ask("ub-AAAAAAAAAAAA-" + key.substring(16))).isEqualTo(rejected(Reason.UNKNOWN));
        assertThat(ring.authenticate(null, 0)).isEqualTo(rejected(Reason.MISSING));
        assertThat(ring.authenticate("  ", 0)).isEqualTo(rejected(Reason.MISSING));
        for (String no : List.of("Bearer", "Bearer ", "Basic " + key, key + "x", key.replace('-', '_'), "ub-", "é")) {
            assertThat(ring.authenticate(no, 0)).as(no).isEqualTo(rejected(Reason.MALFORMED));
        }
        for (String yes : List.of(key, "Bearer " + key, "bearer  " + key + " ")) {
            assertThat(ring.authenticate(yes, 0)).as(yes).isInstanceOf(Authenticated.class);
        }
    }

    @Test
    void rotation_leavesTheOldSecretItsGrace_andNotAMillisecondMore() {
        IssuedKey first = ledger.createKey(KeySpec.inference("a"), BY);
        IssuedKey second = ledger.rotateKey(first.key().id(), Duration.ofMinutes(5), BY);

        assertThat(second.key().id()).isEqualTo(first.key().id());
        assertThat(second.plaintext()).isNotEqualTo(first.plaintext());
        assertThat(ask(first.plaintext())).isInstanceOf(Authenticated.class);
        assertThat(ask(second.plaintext())).isInstanceOf(Authenticated.class);
        clock.millis += 5 * 60_000 - 1;
        assertThat(ask(first.plaintext())).isInstanceOf(Authenticated.class);
        clock.millis += 1;
        assertThat(ask(first.plaintext())).isEqualTo(rejected(Reason.UNKNOWN));
        assertThat(ask(second.plaintext())).isInstanceOf(Authenticated.class);
    }

    @Test
    void rotationTwice_orWithoutGrace_endsTheOldestSecretAtOnce() {
        IssuedKey first = ledger.createKey(KeySpec.inference("a"), BY);
        IssuedKey second = ledger.rotateKey(first.key().id(), Duration.ofDays(1), BY);
        IssuedKey third = ledger.rotateKey(first.key().id(), Duration.ofDays(1), BY);
        assertThat(ask(first.plaintext())).isEqualTo(rejected(Reason.UNKNOWN));
        assertThat(ask(second.plaintext())).isInstanceOf(Authenticated.class);
        ledger.rotateKey(first.key().id(), Duration.ZERO, BY);
        assertThat(ask(second.plaintext())).isEqualTo(rejected(Reason.UNKNOWN));
        assertThat(ask(third.plaintext())).isEqualTo(rejected(Reason.UNKNOWN));
    }

    @Test
    void revocation_takesEffectAtOnce_forBothSecrets_andForGood() {
        IssuedKey first = ledger.createKey(KeySpec.inference("a"), BY);
        String id = first.key().id();
        IssuedKey second = ledger.rotateKey(id, Duration.ofDays(1), BY);
        ledger.revokeKey(id, BY);
        assertThat(ask(first.plaintext())).isEqualTo(rejected(Reason.REVOKED));
        assertThat(ask(second.plaintext())).isEqualTo(rejected(Reason.REVOKED));
        clock.millis += 7;
        assertThat(ledger.revokeKey(id, BY).revokedAtMillis())
                .as("the first time")
                .isEqualTo(Ledgers.NOON);
        assertThatThrownBy(() -> ledger.rotateKey(id, Duration.ZERO, BY))
                .isInstanceOfSatisfying(
                        LedgerException.class, e -> assertThat(e.code()).isEqualTo("key-revoked"));
        ledger.close();
        ledger = Ledgers.open(directory, clock);
        assertThat(ask(second.plaintext())).isEqualTo(rejected(Reason.REVOKED));
    }

    @Test
    void expiry_isToldOnlyToThoseWhoHaveTheSecret() {
        IssuedKey key = ledger.createKey(
                new KeySpec("", "a", Set.of(KeyScope.INFERENCE), Set.of(), KeyLimits.NONE, 1, 0, clock.millis + 10),
                BY);
        clock.millis += 10;
        assertThat(ask(key.plaintext())).isEqualTo(rejected(Reason.EXPIRED));
        assertThat(ask(key.plaintext().substring(0, 58) + "x")).isEqualTo(rejected(Reason.UNKNOWN));
    }

    @Test
    void tenants_areMadeOnDemand_andTheirChangesReachTheRingAtOnce() {
        String key = ledger.createKey(KeySpec.inference("lab/bio"), BY).plaintext();
        assertThat(ledger.tenants()).containsExactly(TenantRecord.plain("lab/bio"));
        TenantRecord changed = new TenantRecord("lab/bio", new KeyLimits(10, 0, 2), 5);
        ledger.setTenant(changed, BY);
        assertThat(((Authenticated) ask(key)).tenant()).isEqualTo(changed);
        ledger.createKey(KeySpec.inference("lab/bio"), BY);
        assertThat(ledger.tenants()).as("a second key changes nothing").containsExactly(changed);
        assertThat(ledger.keyRing().tenant("nobody")).isNull();
    }

    @Test
    void noSecret_isInAnyFileOrToString() throws IOException {
        IssuedKey first = ledger.createKey(KeySpec.inference("a"), BY);
        IssuedKey second = ledger.rotateKey(first.key().id(), Duration.ofDays(1), BY);
        ledger.audit(BY, AuditAction.SETTINGS_CHANGED, first.plaintext(), java.util.Map.of("k", second.plaintext()));
        assertSecretsAreNowhere(first, second);
        ledger.close();
        assertSecretsAreNowhere(first, second);
        assertThat(first.toString() + second + first.key())
                .doesNotContain(
                        first.plaintext().substring(16), second.plaintext().substring(16));
        ledger = Ledgers.open(directory, clock);
        assertThat(ledger.auditTrail(Long.MAX_VALUE, 1).getFirst().detail())
                .isEqualTo("{\"k\":\"ub-" + first.key().id() + "-…\"}");
    }

    private void assertSecretsAreNowhere(IssuedKey... keys) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> looked = files.filter(Files::isRegularFile).toList();
            boolean seenId = false;
            for (Path file : looked) {
                String bytes = new String(Files.readAllBytes(file), ISO_8859_1);
                for (IssuedKey key : keys) {
                    assertThat(bytes.contains(key.plaintext().substring(16)))
                            .as(file.toString())
                            .isFalse();
                    seenId |= bytes.contains(key.key().id());
                }
            }
            assertThat(seenId).as("the search finds what is there").isTrue();
        }
    }

    @Test
    void unknownKeys_andImpossibleOnes_areRefusedByName() {
        assertThatThrownBy(() -> ledger.rotateKey("nobody", Duration.ZERO, BY))
                .isInstanceOfSatisfying(
                        LedgerException.class, e -> assertThat(e.code()).isEqualTo("key-unknown"));
        assertThatThrownBy(() -> ledger.revokeKey("nobody", BY)).hasMessageContaining("nobody");
        assertThatThrownBy(() -> KeySpec.inference("")).hasMessageContaining("tenant");
        assertThatThrownBy(() -> KeySpec.inference("a\nb")).hasMessageContaining("tenant");
        assertThatThrownBy(() -> new KeyLimits(-1, 0, 0)).hasMessageContaining("requests-per-minute");
        assertThatThrownBy(() -> new TenantRecord("a", KeyLimits.NONE, 0)).hasMessageContaining("weight");
        assertThatThrownBy(() -> new KeySpec("", "a", Set.of(), Set.of(), KeyLimits.NONE, 1, 0, null))
                .hasMessageContaining("scope");
        assertThatThrownBy(
                        () -> new KeySpec("", "a", Set.of(KeyScope.ADMIN), Set.of("a\nb"), KeyLimits.NONE, 1, 0, null))
                .hasMessageContaining("models");
        assertThatThrownBy(() -> ledger.createKey(
                        new KeySpec("", "a", Set.of(KeyScope.ADMIN), Set.of(), KeyLimits.NONE, 1, 0, clock.millis), BY))
                .hasMessageContaining("expires");
        assertThat(ledger.keys()).isEmpty();
        assertThat(ledger.auditTrail(Long.MAX_VALUE, 10)).isEmpty();
    }

    @Test
    void keys_areListedByTenantAndTime_withoutAnySecret() {
        KeyRecord late = ledger.createKey(KeySpec.inference("b"), BY).key();
        clock.millis++;
        KeyRecord second = ledger.createKey(KeySpec.inference("a"), BY).key();
        clock.millis--;
        KeyRecord first = ledger.createKey(KeySpec.inference("a"), BY).key();
        assertThat(ledger.keys()).containsExactly(first, second, late);
    }
}
