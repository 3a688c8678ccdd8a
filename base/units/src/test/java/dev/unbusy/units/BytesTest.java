package dev.unbusy.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BytesTest {
    @ParameterizedTest
    @CsvSource({
        "512, 512",
        "1kB, 1000",
        "1KiB, 1024",
        "1.5 GB, 1500000000",
        "4gib, 4294967296",
        "2 TiB, 2199023255552",
        "7b, 7"
    })
    void parse_readsDecimalAndBinaryUnits(String text, long expected) {
        assertThat(Bytes.parse(text).count()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"-1", "1 XB", "GB", "1.GB", "99999999 PB"})
    void parse_refusesWhatIsNotASize(String text) {
        assertThatThrownBy(() -> Bytes.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "999, 999 B", "1000, 1.0 kB", "999950, 1.0 MB", "4680000000, 4.7 GB"})
    void toString_isReadable(long count, String expected) {
        assertThat(new Bytes(count)).hasToString(expected);
    }

    @Property
    void parse_ofToString_isWithinFivePercent(@ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 2) long count) {
        double parsed = Bytes.parse(new Bytes(count).toString()).count();
        assertThat(parsed).isBetween(count * 0.949, count * 1.051);
    }

    @Test
    void negative_isRefused() {
        assertThatThrownBy(() -> new Bytes(-1)).hasMessageContaining("-1");
    }
}
