package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonJsonTest {
    /** The right column is what Python 3.11 prints for json.dumps of the left. */
    @ParameterizedTest
    @CsvSource({
        "1.0, 1.0",
        "-0.0, -0.0",
        "0.1, 0.1",
        "100000.0, 100000.0",
        "1e15, 1000000000000000.0",
        "1e16, 1e+16",
        "1.5e300, 1.5e+300",
        "0.0001, 0.0001",
        "0.00001, 1e-05",
        "1.25e-7, 1.25e-07",
        "5e-324, 5e-324",
        "2e-3, 0.002",
        "123456789012345680, 1.2345678901234568e+17",
        "-1.5, -1.5",
        "1e400, Infinity"
    })
    void floatText_anyDouble_isPythonsRepr(double value, String text) {
        assertThat(PythonJson.floatText(value)).isEqualTo(text);
    }

    @Test
    void write_parsedObject_hasPythonsSpacesAndEscapes() {
        String json =
                "{\"a\":[1,2.50,null,true],\"键\":\"\\u00e9\\n\\u0001\\/\\\"\",\"b\":{},\"c\":12345678901234567890}";
        assertThat(PythonJson.write(PythonJson.parseObject(json)))
                .isEqualTo(
                        "{\"a\": [1, 2.5, null, true], \"键\": \"é\\n\\u0001/\\\"\", \"b\": {}, \"c\": 12345678901234567890}");
    }

    @Test
    void parseObject_textThatIsNoObject_isNull() {
        for (String text : new String[] {"", "[1]", "7", "{\"a\": 1} x", "{", "null"}) {
            assertThat(PythonJson.parseObject(text)).as(text).isNull();
        }
    }
}
