package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class StopMatcherTest {
    /** However the text is cut, what comes out is the text before the first stop text to be complete. */
    @Property
    void feed_givesTheTextBeforeTheStop_howeverItIsCut(@ForAll long seed) {
        Random random = new Random(seed);
        String text = letters(random, 40);
        List<String> stops = List.of(letters(random, 1 + random.nextInt(4)), letters(random, 1 + random.nextInt(4)));
        StopMatcher matcher = new StopMatcher(stops);
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < text.length() && !matcher.stopped(); ) {
            int to = Math.min(text.length(), at + 1 + random.nextInt(3));
            out.append(matcher.feed(text.substring(at, to)));
            assertThat(stops).noneMatch(stop -> out.indexOf(stop) >= 0);
            at = to;
        }
        if (matcher.stopped()) {
            assertThat(text).startsWith(out);
            assertThat(stops).anyMatch(stop -> text.startsWith(stop, out.length()));
        } else {
            out.append(matcher.finish());
            assertThat(out.toString()).isEqualTo(text);
            assertThat(stops).noneMatch(text::contains);
        }
    }

    @Test
    void feed_withoutStops_holdsNothingBack() {
        assertThat(new StopMatcher(List.of()).feed("abc")).isEqualTo("abc");
    }

    @Test
    void feed_holdsBackOnlyWhatMayBeTheBeginningOfAStop() {
        StopMatcher matcher = new StopMatcher(List.of("###"));
        assertThat(matcher.feed("a#")).isEqualTo("a");
        assertThat(matcher.feed("#b")).isEqualTo("##b");
        assertThat(matcher.feed("##")).isEmpty();
        assertThat(matcher.found()).isNull();
        assertThat(matcher.feed("#c")).isEmpty();
        assertThat(matcher.stopped()).isTrue();
        assertThat(matcher.found()).isEqualTo("###");
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }
}
