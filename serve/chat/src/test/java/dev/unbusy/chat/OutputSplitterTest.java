package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.chat.OutputSplitter.Kind;
import dev.unbusy.chat.OutputSplitter.Piece;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputSplitterTest {
    private static List<Piece> split(OutputStart start, String... tokens) {
        OutputSplitter splitter = new OutputSplitter(start);
        List<Piece> pieces = new ArrayList<>();
        for (String token : tokens) {
            pieces.addAll(splitter.feed(token));
        }
        pieces.addAll(splitter.finish());
        return pieces;
    }

    private static Piece reasoning(String text) {
        return new Piece(Kind.REASONING, text);
    }

    private static Piece content(String text) {
        return new Piece(Kind.CONTENT, text);
    }

    @Test
    void feed_tagCutAnywhere_endsReasoningAndDropsLineBreaksAroundIt() {
        assertThat(split(OutputStart.REASONING, "\n", "Let me", " see.\n", "\n</", "thi", "nk>\n", "\nFour"))
                .containsExactly(reasoning("Let me"), reasoning(" see."), content("Four"));
    }

    @Test
    void feed_lineBreaksInsideReasoning_areKept() {
        assertThat(split(OutputStart.REASONING, "a\n", "\nb")).containsExactly(reasoning("a"), reasoning("\n\nb"));
    }

    @Test
    void feed_whatLooksLikeTagButIsNot_isGivenOut() {
        assertThat(split(OutputStart.REASONING, "1 <", " 2</thin", "g>"))
                .containsExactly(reasoning("1 "), reasoning("< 2"), reasoning("</thing>"));
    }

    @Test
    void feed_textThatCannotBeTag_isNotHeldBack() {
        OutputSplitter splitter = new OutputSplitter(OutputStart.REASONING);
        assertThat(splitter.feed("abc")).containsExactly(reasoning("abc"));
    }

    /** Nor copied: nearly all tokens of an answer that reasons are such, and each would leave a dozen objects behind. */
    @Test
    void feed_textInWhichNoTagCanBegin_isGivenOutItself() {
        for (OutputStart start : List.of(OutputStart.PLAIN, OutputStart.REASONING, OutputStart.CONTENT)) {
            OutputSplitter splitter = new OutputSplitter(start);
            splitter.feed("The ");
            String text = "answer ";
            assertThat(splitter.feed(text).getFirst().text()).isSameAs(text);
        }
    }

    @Test
    void feed_textWithoutTags_countsAsReasoningOnlyThere() {
        OutputSplitter splitter = new OutputSplitter(OutputStart.REASONING);
        for (String token : List.of("\n", "", "The", "", "", " answer", "\n", "</think>", "", "is", " four")) {
            splitter.feed(token);
        }
        splitter.finish();
        assertThat(splitter.reasoningTokens()).isEqualTo(5);
    }

    @Test
    void finish_beforeTag_everythingIsReasoning() {
        assertThat(split(OutputStart.REASONING, "cut short </thi"))
                .containsExactly(reasoning("cut short "), reasoning("</thi"));
    }

    @Test
    void feed_openingTagInContent_isText() {
        assertThat(split(OutputStart.REASONING, "r</think>write <think> so"))
                .containsExactly(reasoning("r"), content("write <think> so"));
    }

    @Test
    void feed_furtherClosingTagInContent_isDropped() {
        assertThat(split(OutputStart.CONTENT, "\n\na", "</think>", "\nb"))
                .containsExactly(content("a"), content("\nb"));
    }

    @Test
    void feed_promptOpenedNothing_reasoningIsFoundAtTheStartOnly() {
        assertThat(split(OutputStart.DETECT, "<thi", "nk>\n", "r", "</think>\n\nc"))
                .containsExactly(reasoning("r"), content("c"));
        assertThat(split(OutputStart.DETECT, "\n<think>r</think>c")).containsExactly(reasoning("r"), content("c"));
        assertThat(split(OutputStart.DETECT, "Use <think>r</think>")).containsExactly(content("Use <think>r</think>"));
        assertThat(split(OutputStart.DETECT, "\n", "<", "b>x")).containsExactly(content("\n<b>x"));
        assertThat(split(OutputStart.DETECT, "<th")).containsExactly(content("<th"));
    }

    @Test
    void feed_continuedMessage_keepsLineBreaksAtTheStart() {
        assertThat(split(OutputStart.REASONING_CONTINUED, "\nr\n</think>\nc"))
                .containsExactly(reasoning("\nr"), content("c"));
        assertThat(split(OutputStart.CONTENT_CONTINUED, "\nc")).containsExactly(content("\nc"));
    }

    @Test
    void feed_modelThatDoesNotReason_changesNothing() {
        String text = "\n\n<think>a</think>\n</think>";
        assertThat(split(OutputStart.PLAIN, text)).containsExactly(content(text));
    }

    @Test
    void reasoningTokens_countsTokensThatContributed_notTagsNorDroppedLineBreaks() {
        OutputSplitter splitter = new OutputSplitter(OutputStart.REASONING);
        for (String token : List.of("\n", "one", " two", "\n", " three", "\n\n", "</think>", "\n\n", "four", " five")) {
            splitter.feed(token);
        }
        splitter.finish();
        // one, two, the line break between, three.
        assertThat(splitter.reasoningTokens()).isEqualTo(4);
    }

    @Test
    void reasoningTokens_characterOfSeveralTokens_allCount() {
        OutputSplitter splitter = new OutputSplitter(OutputStart.REASONING);
        splitter.feed("");
        splitter.feed("");
        splitter.feed("🙂");
        assertThat(splitter.reasoningTokens()).isEqualTo(3);
        splitter.feed("</think>");
        splitter.feed("");
        splitter.feed("🙂");
        splitter.finish();
        assertThat(splitter.reasoningTokens()).isEqualTo(3);
    }

    @Test
    void reasoningTokens_tokenThatHoldsBothEndOfReasoningAndTag_counts() {
        OutputSplitter splitter = new OutputSplitter(OutputStart.REASONING);
        splitter.feed("a");
        splitter.feed(".</");
        splitter.feed("think>b");
        assertThat(splitter.reasoningTokens()).isEqualTo(2);
        assertThat(splitter.insideReasoning()).isFalse();
    }

    @Test
    void insideReasoning_followsTheTags() {
        OutputSplitter splitter = new OutputSplitter(OutputStart.DETECT);
        assertThat(splitter.insideReasoning()).isFalse();
        splitter.feed("<think>");
        assertThat(splitter.insideReasoning()).isTrue();
        splitter.feed("r</think>");
        assertThat(splitter.insideReasoning()).isFalse();
    }
}
