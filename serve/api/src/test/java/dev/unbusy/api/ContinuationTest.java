package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a worker marks, another one reads. */
class ContinuationTest {
    private static final Continuation.Head HEAD = new Continuation.Head("chatcmpl-1", 1_764_000_000, "fp_1", "m_1");
    private static final String BEGUN =
            "{\"id\":\"a\",\"created\":1,\"fingerprint\":\"f\",\"model\":\"m\"} {\"choice\":0,\"seed\":1,\"cached\":0} ";

    /** As a gateway keeps them: without what begins the lines. */
    private static String kept(byte[] mark) {
        String text = new String(mark, UTF_8);
        assertThat(text).startsWith(StreamMarks.PREFIX).endsWith("\n\n");
        StringBuilder kept = new StringBuilder();
        text.lines().filter(line -> !line.isEmpty()).forEach(line -> {
            assertThat(line).startsWith(StreamMarks.PREFIX);
            kept.append(line.substring(StreamMarks.PREFIX.length())).append('\n');
        });
        return kept.toString();
    }

    private static Continuation parse(String marks) {
        byte[] bytes = ("{}" + marks).getBytes(UTF_8);
        return Continuation.parse(bytes, 2, bytes.length - 2);
    }

    @Test
    void marksOfTwoWorkersInTurn_readAsOneAnswer() {
        StreamMarks first = new StreamMarks(HEAD);
        assertThat(first.take()).isNull();
        first.begun(0, -7, 12);
        first.chosen(0, 5);
        String marks = kept(Objects.requireNonNull(first.take()));
        first.chosen(0, 6);
        first.begun(1, 8, 12);
        first.chosen(1, 9);
        first.chosen(0, 7);
        first.ended(0);
        marks += kept(Objects.requireNonNull(first.take()));
        assertThat(first.take()).isNull();
        StreamMarks second = new StreamMarks(null);
        second.chosen(1, 10);
        marks += kept(Objects.requireNonNull(second.take()));
        Continuation read = parse(marks);
        assertThat(read.head()).isEqualTo(HEAD);
        Continuation.Choice zero = Objects.requireNonNull(read.choice(0));
        assertThat(zero.tokens()).containsExactly(5, 6, 7);
        assertThat(zero.seed()).isEqualTo(-7);
        assertThat(zero.cachedTokens()).isEqualTo(12);
        assertThat(zero.ended()).isTrue();
        Continuation.Choice one = Objects.requireNonNull(read.choice(1));
        assertThat(one.tokens()).containsExactly(9, 10);
        assertThat(one.ended()).isFalse();
        assertThat(read.choice(2)).isNull();
    }

    @Test
    void aChoiceBegunTwiceWithoutATokenBetween_isOneChoice() {
        assertThat(Objects.requireNonNull(parse(BEGUN + "{\"choice\":0,\"seed\":4,\"cached\":1} [0,3]")
                                .choice(0))
                        .seed())
                .isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            { | valid JSON
            [0,1] | choice 0
            7 | an integer
            {"choice":0,"seed":1} | without a head
            {"id":"a"} | no head
            {"id":"a b","created":1,"fingerprint":"f","model":"m"} | 'id'
            {"id":"a","created":-1,"fingerprint":"f","model":"m"} | -1
            {"id":"a","created":1,"fingerprint":"f","model":"m","more":1} | 'more'
            {"id":"a","created":1,"fingerprint":"f","model":"m"} {"choice":600} | 600
            {"id":"a","created":1,"fingerprint":"f","model":"m"} {"choice":0,"seed":1.5} | 1.5
            """)
    void marksThatAreNone_areRefusedByName(String marks, String named) {
        refused(marks, named);
    }

    @Test
    void marksThatContradictEachOther_areRefusedByPlace() {
        refused(" ", "no marks");
        refused(BEGUN + "[0,1,-1] [0,2]", "mark 4");
        refused(BEGUN + "[0,1,-2]", "-2");
        refused(BEGUN + "[1,1]", "choice 1");
        refused(BEGUN + "[0,\"x\"]", "x");
        refused(BEGUN + "[0,3] {\"choice\":0,\"seed\":1,\"cached\":0}", "again");
        refused(BEGUN + "{\"id\":\"a\",\"created\":1,\"fingerprint\":\"f\",\"model\":\"m\"}", "second");
    }

    private static void refused(String marks, String named) {
        assertThatThrownBy(() -> parse(marks)).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.error().status()).isEqualTo(400);
            assertThat(e.error().param()).isEqualTo("x-unbusy-resume");
            assertThat(e.error().message()).contains(named, "send the marks");
        });
    }
}
