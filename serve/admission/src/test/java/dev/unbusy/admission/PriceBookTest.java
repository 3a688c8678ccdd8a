package dev.unbusy.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.unbusy.admission.PriceBook.Subject;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PriceBookTest {
    private static final Subject ALICE = new Subject("m", "chat", "alice");
    private static final Subject BOB = new Subject("m", "chat", "bob");
    private static final Subject NOBODY = new Subject("m", "chat", "");

    private final PriceBook book = new PriceBook(256);

    private PriceBook.Deviation ended(Subject subject, long bytes, long promptTokens, long output, boolean cutOff) {
        return book.learn(subject, bytes, 1, book.price(subject, bytes, -1, 1), promptTokens, output, cutOff);
    }

    @Test
    void beforeAnythingIsKnown_aTokenIsFourBytes_andAnAnswerIsTheUsualOne() {
        Price price = book.price(ALICE, 4_000, -1, 1);
        assertThat(price.promptTokens()).isEqualTo(1_000);
        assertThat(price.outputTokens()).isEqualTo(256);
        assertThat(price.promptNanos() / 1_000.0).isCloseTo(price.outputNanos() / 256.0 / 4, within(1.0));
        assertThat(book.price(ALICE, 4_000, 10, 1).outputTokens()).isEqualTo(10);
        assertThat(book.price(ALICE, 4_000, 10, 3).outputTokens()).isEqualTo(30);
        assertThat(book.price(ALICE, 0, 1, 1).totalNanos()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(doubles = {2.5, 4.5, 1.6})
    void tokensPerByte_areLearned_andFollowAChange(double bytesPerToken) {
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) { // another language before
            ended(BOB, 3_000, 1_000, 50, false);
        }
        PriceBook.Deviation last = new PriceBook.Deviation(0, 0);
        for (int i = 0; i < 200; i++) {
            long tokens = 100L + random.nextInt(2_000);
            last = ended(ALICE, Math.round(tokens * bytesPerToken), tokens, 50, false);
        }
        assertThat(last.promptRatio()).isCloseTo(1, within(0.02));
    }

    @Test
    void outputs_areLearnedPerKey_andANewKeyStartsWithWhatTheOthersTake() {
        for (int i = 0; i < 50; i++) {
            ended(ALICE, 400, 100, 1_000, false);
        }
        assertThat(book.price(ALICE, 400, -1, 1).outputTokens()).isEqualTo(1_000);
        assertThat(book.price(BOB, 400, -1, 1).outputTokens()).isEqualTo(1_000);
        for (int i = 0; i < 50; i++) {
            ended(BOB, 400, 100, 20, false);
        }
        assertThat(book.price(BOB, 400, -1, 1).outputTokens()).isEqualTo(20);
        assertThat(book.price(ALICE, 400, -1, 1).outputTokens())
                .as("another key's answers")
                .isEqualTo(1_000);
    }

    @Test
    void withoutKeys_eachAnswerCountsOnce() {
        for (int i = 0; i < 3; i++) {
            ended(NOBODY, 400, 100, 56, false);
        }
        // Three of five are known, the rest is the usual length.
        assertThat(book.price(NOBODY, 400, -1, 1).outputTokens()).isEqualTo(Math.round((3 * 56 + 2 * 256) / 5.0));
    }

    @Test
    void answersCutOffByMaxTokens_doNotTeachThatAnswersAreShort() {
        for (int i = 0; i < 20; i++) {
            ended(ALICE, 400, 100, 500, false);
        }
        for (int i = 0; i < 100; i++) {
            ended(ALICE, 400, 100, 16, true);
        }
        assertThat(book.price(ALICE, 400, -1, 1).outputTokens()).isEqualTo(500);
        for (int i = 0; i < 200; i++) {
            ended(ALICE, 400, 100, 900, true);
        }
        assertThat(book.price(ALICE, 400, -1, 1).outputTokens())
                .as("longer than thought")
                .isBetween(850L, 900L);
    }

    @Test
    void whatWorkersPublish_turnsTokensIntoTime_andCachedTokensCostNone() {
        book.rates("m", 1_000, 100);
        Price price = book.price(ALICE, 4_000, 50, 1);
        assertThat(price.promptNanos()).isEqualTo(1_000_000_000L);
        assertThat(price.outputNanos()).isEqualTo(500_000_000L);
        assertThat(book.actual("m", 1_000, 900, 10).totalNanos()).isEqualTo(200_000_000L);
        book.rates("m", 0, 0);
        assertThat(book.price(ALICE, 4_000, 50, 1)).isEqualTo(price);
        book.rates("m", 2_000, 200);
        assertThat(book.price(ALICE, 4_000, 50, 1).totalNanos())
                .as("one look moves it by little")
                .isBetween(1_450_000_000L, 1_499_999_999L);
        for (int i = 0; i < 600; i++) {
            book.rates("m", 1_000, 100);
        }
        assertThat(book.price(ALICE, 4_000, 50, 1).totalNanos())
                .as("unknown is not zero, and what lasts is believed")
                .isBetween(price.totalNanos() - 1_000, price.totalNanos() + 1_000);
    }

    @Test
    void memory_isBounded() {
        for (int i = 0; i < 3 * PriceBook.MOST_SUBJECTS; i++) {
            ended(new Subject("m", "chat", "key" + i), 400, 100, 10, false);
        }
        assertThat(book.price(new Subject("m", "chat", "key0"), 400, -1, 1).outputTokens())
                .as("forgotten, so as the others'")
                .isEqualTo(10);
    }

    @Test
    void aNegativePrice_isAMistake() {
        assertThatThrownBy(() -> new Price(1, 1, -1, 1)).hasMessageContaining("negative");
    }
}
