package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.grammar.Grammar;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GrammarCacheTest {
    private final GrammarCache cache = new GrammarCache();
    private final AtomicInteger made = new AtomicInteger();

    private Grammar make() {
        made.incrementAndGet();
        return Grammar.anyJsonObject();
    }

    @Test
    void aGrammar_isMadeOnce_andTheLeastUsedIsForgotten() {
        Grammar first = cache.get("0", this::make);
        for (int i = 1; i < 2 * GrammarCache.MOST_GRAMMARS; i++) {
            cache.get(Integer.toString(i), this::make);
            assertThat(cache.get("0", this::make)).isSameAs(first);
        }
        assertThat(made).hasValue(2 * GrammarCache.MOST_GRAMMARS);
        assertThat(cache.size()).isEqualTo(GrammarCache.MOST_GRAMMARS);
        cache.get("1", this::make);
        assertThat(made).hasValue(2 * GrammarCache.MOST_GRAMMARS + 1);
    }

    @Test
    void aRefusal_isKeptToo_sinceFindingItOutMayTakeASecond() {
        ApiException refusal = ApiError.invalidValue("tools", "is odd").exception();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> cache.get("x", () -> {
                        made.incrementAndGet();
                        throw refusal;
                    }))
                    .isSameAs(refusal);
        }
        assertThat(made).hasValue(1);
    }

    @Test
    void theOrderOfProperties_makesAnotherKey() {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("a", 1);
        one.put("b", 2);
        Map<String, Object> other = new LinkedHashMap<>();
        other.put("b", 2);
        other.put("a", 1);
        assertThat(one).isEqualTo(other);
        assertThat(GrammarCache.key("json", one)).isNotEqualTo(GrammarCache.key("json", other));
        assertThat(GrammarCache.key("json", one)).isEqualTo(GrammarCache.key("json", new LinkedHashMap<>(one)));
    }
}
