package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FillInMiddleTest {
    @Test
    void find_takesWhatTheFileNames_elseAFamilysThreeTokens() {
        assertThat(FillInMiddle.find(7, 8, 9, text -> -1)).isEqualTo(new FillInMiddle(7, 8, 9));
        List<String> qwen = List.of("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>");
        assertThat(FillInMiddle.find(-1, 8, 9, qwen::indexOf)).isEqualTo(new FillInMiddle(0, 2, 1));
        List<String> deepSeek = List.of("<｜fim▁hole｜>", "<｜fim▁begin｜>", "<｜fim▁end｜>", "<|fim_prefix|>");
        assertThat(FillInMiddle.find(-1, -1, -1, deepSeek::indexOf)).isEqualTo(new FillInMiddle(1, 0, 2));
        List<String> starCoder = List.of("<fim_prefix>", "<fim_middle>", "<fim_suffix>");
        assertThat(FillInMiddle.find(-1, -1, -1, starCoder::indexOf)).isEqualTo(new FillInMiddle(0, 2, 1));
        assertThat(FillInMiddle.find(-1, -1, -1, List.of("<fim_prefix>", "<|fim_suffix|>", "<fim_middle>")::indexOf))
                .isNull();
    }

    @Test
    void prompt_isAsDeepSeekDocumentsIt() {
        // <｜fim▁begin｜>prefix<｜fim▁hole｜>suffix<｜fim▁end｜>
        List<String> marks = List.of("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>");
        FillInMiddle fill = FillInMiddle.find(-1, -1, -1, marks::indexOf);
        StringBuilder prompt = new StringBuilder();
        for (FillInMiddle.Part part : Objects.requireNonNull(fill).prompt("def f(<｜fim▁hole｜>", "")) {
            switch (part) {
                case FillInMiddle.Part.Mark mark ->
                    prompt.append('{').append(marks.get(mark.token())).append('}');
                case FillInMiddle.Part.Words words -> prompt.append(words.text());
            }
        }
        // What the client writes stays text, even if it looks like a mark.
        assertThat(prompt.toString()).isEqualTo("{<｜fim▁begin｜>}def f(<｜fim▁hole｜>{<｜fim▁hole｜>}{<｜fim▁end｜>}");
    }

    @Test
    void unsupported_isRefusedByName() {
        ChatException e = FillInMiddle.unsupported();
        assertThat(e.param()).isEqualTo("suffix");
        assertThat(e.code()).isEqualTo("fill-in-middle-unsupported");
        assertThat(e.remedy().en()).contains("Leave suffix out");
        assertThat(e.remedy().zh()).contains("suffix");
        assertThatThrownBy(() -> new FillInMiddle(1, -1, 2)).isInstanceOf(IllegalArgumentException.class);
    }
}
