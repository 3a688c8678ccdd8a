package dev.unbusy.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The reference is Jackson's parser. */
class JsonBytesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Property
    void strings_areReadBackAsTheyWere(@ForAll String text) throws Exception {
        byte[] bytes = new JsonBytes(4).string(text).toBytes();
        assertThat(JSON.readTree(bytes).textValue()).isEqualTo(withoutLoneSurrogates(text));
    }

    @Property
    void numbers_areReadBackAsTheyWere(@ForAll long whole, @ForAll double decimal) throws Exception {
        JsonNode list = JSON.readTree(new JsonBytes(4)
                .open('[')
                .number(whole)
                .number(decimal)
                .close(']')
                .toBytes());
        assertThat(list.get(0).longValue()).isEqualTo(whole);
        assertThat(list.get(1).doubleValue()).isEqualTo(decimal);
    }

    @Test
    void everyChar_survives() throws Exception {
        for (int c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
            if (c < 0xD800 || c > 0xDFFF) {
                String text = "a" + Character.toString(c) + "b";
                assertThat(JSON.readTree(new JsonBytes(4).string(text).toBytes())
                                .textValue())
                        .isEqualTo(text);
            }
        }
    }

    @Test
    void commas_standBetweenValuesAndNowhereElse() throws Exception {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("a\"b", List.of(1L, List.of(), Map.of(), "x"));
        map.put("n", null);
        map.put("t", true);
        map.put("d", 1.5);
        byte[] bytes = new JsonBytes(1)
                .open('[')
                .value(map)
                .value(List.of(Map.of("k", "v")))
                .bool(false)
                .close(']')
                .toBytes();
        assertThat(JSON.readTree(bytes))
                .isEqualTo(JSON.readTree(
                        "[{\"a\\\"b\":[1,[],{},\"x\"],\"n\":null,\"t\":true,\"d\":1.5},[{\"k\":\"v\"}],false]"));
    }

    @Test
    void whatJsonLacks_becomesNull() {
        assertThat(new JsonBytes(8).number(Double.NaN).toBytes()).asString().isEqualTo("null");
        assertThat(new JsonBytes(8).number(Double.NEGATIVE_INFINITY).toBytes())
                .asString()
                .isEqualTo("null");
    }

    private static String withoutLoneSurrogates(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .forEach(c -> clean.appendCodePoint(
                        c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c));
        return clean.toString();
    }
}
