package dev.unbusy.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatsTest {
    private static CharDfa format(String name) {
        return Objects.requireNonNull(Formats.of(name, new Budget()));
    }

    @Test
    void dates_ofFourCenturies_areThoseOfTheCalendar() {
        CharDfa dates = format("date");
        for (int year = 1899; year <= 2101; year += year == 1905 ? 90 : 1) {
            for (int month = 0; month <= 13; month++) {
                for (int day = 0; day <= 32; day++) {
                    boolean exists = true;
                    try {
                        LocalDate.of(year, month, day);
                    } catch (DateTimeException e) {
                        exists = false;
                    }
                    String text = String.format(java.util.Locale.ROOT, "%04d-%02d-%02d", year, month, day);
                    assertThat(dates.contains(text)).as(text).isEqualTo(exists);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "time,08:30:06.283185Z,true",
        "time,08:30:06+24:00,false",
        "time,23:59:60Z,true",
        "time,22:59:60Z,false",
        "time,08:30:06,false",
        "date-time,1963-06-19T08:30:06Z,true",
        "date-time,1963-06-31T08:30:06Z,false",
        "date-time,1963-06-19 08:30:06Z,false",
        "duration,P4DT12H30M5S,true",
        "duration,P4YT5S,true",
        "duration,PT1D,false",
        "duration,P,false",
        "duration,P1YT,false",
        "duration,P2W,true",
        "duration,P1Y2W,false",
        "duration,P1D2H,false",
        "duration,PT36H,true",
        "duration,P1Y2D,false",
        "email,joe.bloggs@example.com,true",
        "email,te~st@example.com,true",
        "email,.test@example.com,false",
        "email,te..st@example.com,false",
        "email,2962,false",
        "email,joe@-a.com,false",
        "hostname,www.example.com,true",
        "hostname,-a.com,false",
        "hostname,a-.com,false",
        "hostname,a..b,false",
        "hostname,xn--4gbwdl.xn--wgbh1c,false",
        "hostname,a,true",
        "hostname,a_b,false",
        "hostname,1host,true",
        "hostname,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.com,true",
        "hostname,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl.com,false",
        "ipv4,192.168.0.1,true",
        "ipv4,256.1.1.1,false",
        "ipv4,1.2.3,false",
        "ipv4,01.2.3.4,false",
        "ipv6,::1,true",
        "ipv6,12345::,false",
        "ipv6,::abef,true",
        "ipv6,1:1:1:1:1:1:1:1:1,false",
        "ipv6,::,true",
        "ipv6,1::d6::42,false",
        "ipv6,1::d6:192.168.0.1,true",
        "ipv6,1:2:3:4:5:6:7:8,true",
        "ipv6,1:2:3:4:5:6:7::,true",
        "ipv6,1:2:3:4:5:6::8,true",
        "ipv6,:2:3:4:5:6:7:8,false",
        "ipv6,1:2:3:4:5:6:1.2.3.4,true",
        "uuid,2EB8AA08-AA98-11EA-B4AA-73B441D16380,true",
        "uuid,2eb8aa08-aa98-11ea-b4aa-73b441d1638,false",
        "uri,http://foo.bar/?baz=qux#quux,true",
        "uri,urn:oasis:names:x,true",
        "uri,//foo.bar/,false",
        "uri,http:// x,false"
    })
    void aFormat_onAText(String name, String text, boolean expected) {
        assertThat(format(name).contains(text)).isEqualTo(expected);
    }

    @Test
    void aHostname_hasAtMost253Characters() {
        String label = "a".repeat(61) + ".";
        CharDfa hostnames = format("hostname");
        assertThat(hostnames.contains(label.repeat(4) + "abcde")).isTrue();
        assertThat(hostnames.contains(label.repeat(4) + "abcdef")).isFalse();
    }

    @Test
    void everyFormatNamed_isThere() {
        for (String name : Formats.names()) {
            assertThat(format(name).isEmpty()).as(name).isFalse();
        }
        assertThat(Formats.of("no-such", new Budget())).isNull();
    }
}
