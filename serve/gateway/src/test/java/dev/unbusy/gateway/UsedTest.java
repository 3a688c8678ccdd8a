package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.admission.Price;
import org.junit.jupiter.api.Test;

class UsedTest {
    private static final Price PRICE = new Price(100, 40, 1_000, 4_000);

    private static Used used(boolean stream, long events, long heldNanos) {
        return Used.estimated(PRICE, stream, events, heldNanos);
    }

    @Test
    void aStreamThatBroke_costsItsPromptAndItsEvents() {
        assertThat(used(true, 7, 10)).isEqualTo(new Used(100, 7, -1, -1));
        assertThat(used(true, 0, 250).promptTokens())
                .as("a quarter of it was computed")
                .isEqualTo(25);
        assertThat(used(true, 0, 9_000).totalTokens()).isEqualTo(100);
    }

    @Test
    void anAnswerInOnePiece_costsWhatFitsTheTimeThatItHad() {
        assertThat(used(false, 0, 500)).isEqualTo(new Used(50, 0, -1, -1));
        assertThat(used(false, 0, 3_000)).isEqualTo(new Used(100, 20, -1, -1));
        assertThat(used(false, 0, 90_000)).isEqualTo(new Used(100, 40, -1, -1));
    }

    @Test
    void whoPays_isTheSender_andNotForAWorkersFailure() {
        assertThat(Outcome.CLIENT_LEFT.paysForWhatRan()).isTrue();
        assertThat(Outcome.WORKER_LOST.paysForWhatRan()).isFalse();
    }
}
