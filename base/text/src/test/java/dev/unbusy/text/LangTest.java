package dev.unbusy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LangTest {
    @Test
    void choose_prefersTheOptionToTheLocale() {
        assertThat(Lang.choose("en", Map.of("LANG", "zh_CN.UTF-8"))).isEqualTo(Lang.EN);
        assertThat(Lang.choose("zh_CN", Map.of())).isEqualTo(Lang.ZH);
    }

    @Test
    void choose_readsTheLocaleVariablesInPosixOrder() {
        assertThat(Lang.choose(null, Map.of("LANG", "en_US.UTF-8", "LC_ALL", "zh_CN.UTF-8")))
                .isEqualTo(Lang.ZH);
        assertThat(Lang.choose(null, Map.of("LANG", "zh_CN.UTF-8", "LC_ALL", "")))
                .isEqualTo(Lang.ZH);
        assertThat(Lang.choose(null, Map.of())).isEqualTo(Lang.EN);
    }

    @Test
    void choose_refusesOtherLanguagesByName() {
        assertThatThrownBy(() -> Lang.choose("fr", Map.of())).hasMessageContaining("\"fr\"");
    }
}
