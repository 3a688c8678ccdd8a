package dev.unbusy.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void counted_ofOne_hasTheSingular() {
        assertThat(Text.counted(1, "request", "requests", "个请求")).isEqualTo(new Text("1 request", "1 个请求"));
        assertThat(Text.counted(0, "request", "requests", "个请求").en()).isEqualTo("0 requests");
        assertThat(Text.counted(2, "request", "requests", "个请求")).isEqualTo(new Text("2 requests", "2 个请求"));
    }

    @Test
    void of_withATextAsArgument_putsItInInEachLanguage() {
        Text text = Text.of("%s is %d", "%s 的值为 %d", Text.of("the port", "端口"), 80);
        assertThat(text).isEqualTo(new Text("the port is 80", "端口 的值为 80"));
    }

    @Test
    void of_withoutArguments_leavesPercentSignsAlone() {
        assertThat(Text.of("100 %", "百分之百 %").in(Lang.ZH)).isEqualTo("百分之百 %");
    }
}
