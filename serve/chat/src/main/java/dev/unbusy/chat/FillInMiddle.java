package dev.unbusy.chat;

import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How a model is asked for what stands between two texts: {@code opening prefix middle suffix end}, all three marks being
 * single tokens of its vocabulary. DeepSeek calls them begin, hole and end, Qwen-Coder and StarCoder prefix, suffix and
 * middle; the order is the same. Immutable.
 *
 * @param beforePrefix token id; opens the text before the gap
 * @param beforeSuffix token id; opens the text behind the gap
 * @param beforeMiddle token id; the model's text follows
 */
public record FillInMiddle(int beforePrefix, int beforeSuffix, int beforeMiddle) {
    /** Each family's marks, in the order of the record. */
    private static final List<List<String>> FAMILIES = List.of(
            List.of("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),
            List.of("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
            List.of("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
            List.of("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
            List.of("▁<PRE>", "▁<SUF>", "▁<MID>"));

    /** A part of the prompt. */
    public sealed interface Part {
        /** One token, by its id. */
        record Mark(int token) implements Part {}

        /** The client's text, to be tokenized without recognising special tokens; may be empty. */
        record Words(String text) implements Part {}
    }

    public FillInMiddle {
        if (beforePrefix < 0 || beforeSuffix < 0 || beforeMiddle < 0) {
            throw new IllegalArgumentException(
                    "marks " + beforePrefix + ", " + beforeSuffix + ", " + beforeMiddle + " are no token ids");
        }
    }

    /**
     * The marks of a model: those its file names, else those of a family of which the vocabulary has all three.
     *
     * @param prefix id that the file names ({@code tokenizer.ggml.fim_pre_token_id} and its like), or −1
     * @param suffix {@code fim_suf}, or −1
     * @param middle {@code fim_mid}, or −1
     * @param tokenOf the id of the single token that has this text, or −1
     * @return null if the model has none
     */
    public static @Nullable FillInMiddle find(int prefix, int suffix, int middle, ToIntFunction<String> tokenOf) {
        if (prefix >= 0 && suffix >= 0 && middle >= 0) {
            return new FillInMiddle(prefix, suffix, middle);
        }
        for (List<String> family : FAMILIES) {
            int[] ids = family.stream().mapToInt(tokenOf).toArray();
            if (ids[0] >= 0 && ids[1] >= 0 && ids[2] >= 0) {
                return new FillInMiddle(ids[0], ids[1], ids[2]);
            }
        }
        return null;
    }

    /** The prompt, in order. A token that begins every text of the model comes before it. */
    public List<Part> prompt(String before, String behind) {
        List<Part> parts = new ArrayList<>(5);
        parts.add(new Part.Mark(beforePrefix));
        parts.add(new Part.Words(before));
        parts.add(new Part.Mark(beforeSuffix));
        parts.add(new Part.Words(behind));
        parts.add(new Part.Mark(beforeMiddle));
        return parts;
    }

    /** The answer to a {@code suffix} for a model without marks. */
    public static ChatException unsupported() {
        return new ChatException(
                ChatException.FILL_UNSUPPORTED,
                "suffix",
                new Text("this model has no tokens for filling a gap between two texts", "该模型的词表中没有中间填充（FIM）所需的特殊词元"),
                new Text(
                        "Leave suffix out, or use a coder model such as DeepSeek-Coder or Qwen2.5-Coder.",
                        "请去掉 suffix，或改用 DeepSeek-Coder、Qwen2.5-Coder 等代码模型。"),
                null);
    }
}
