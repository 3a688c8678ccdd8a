package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageReaderTest {
    private static MessageReader.Turns read(String messages) {
        return new MessageReader("|").read(PromptInput.of(TestSetup.messages(messages), LocalDate.EPOCH));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
                    [] ~ messages ~ is empty
                    [{}] ~ messages[0].role ~ is missing
                    [{"role": 1}] ~ messages[0].role ~ is not a string
                    [{"role": "boss", "content": "x"}] ~ messages[0].role ~ is "boss"
                    [{"role": "user"}] ~ messages[0].content ~ is missing
                    [{"role": "user", "content": 7}] ~ messages[0].content ~ is neither a string nor a list
                    [{"role": "user", "content": ["x"]}] ~ messages[0].content[0] ~ is not an object
                    [{"role": "user", "content": [{}]}] ~ messages[0].content[0].type ~ is missing
                    [{"role": "user", "content": [{"type": "text"}]}] ~ messages[0].content[0].text ~ is missing
                    [{"role": "assistant", "content": null}] ~ messages[0].content ~ no tool_calls
                    [{"role": "assistant", "content": null, "tool_calls": []}] ~ messages[0].content ~ no tool_calls
                    [{"role": "assistant", "tool_calls": 1}] ~ messages[0].tool_calls ~ is not a list
                    [{"role": "assistant", "tool_calls": [1]}] ~ messages[0].tool_calls[0] ~ is not an object
                    [{"role": "assistant", "tool_calls": [{}]}] ~ messages[0].tool_calls[0].function ~ is missing
                    [{"role": "assistant", "tool_calls": [{"function": {}}]}] ~ messages[0].tool_calls[0].function.name ~ is missing
                    [{"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}] ~ messages[0].tool_calls[0].function.arguments ~ neither JSON text
                    [{"role": "user", "content": "x", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}] ~ messages[0].tool_calls ~ only assistant
                    [{"role": "user", "content": "x", "prefix": true}] ~ messages[0].prefix ~ only an assistant message
                    [{"role": "assistant", "content": "x", "prefix": true}, {"role": "user", "content": "x"}] ~ messages[0].prefix ~ only the last message
                    [{"role": "assistant", "content": "x", "prefix": "yes"}] ~ messages[0].prefix ~ is not true or false
                    [{"role": "assistant", "content": "x", "reasoning_content": 1}] ~ messages[0].reasoning_content ~ is not a string
                    """)
    void read_malformedMessage_namesFieldAndFault(String messages, String param, String fault) {
        assertThatThrownBy(() -> read(messages)).isInstanceOfSatisfying(ChatException.class, e -> {
            assertThat(e.param()).isEqualTo(param);
            assertThat(e.getMessage()).startsWith(param).contains(fault);
            assertThat(e.code()).isEqualTo(ChatException.MESSAGES_INVALID);
        });
    }

    @Test
    void read_imagePart_isRefusedByItsPlace() {
        assertThatThrownBy(() -> read("""
                        [{"role": "user", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "b"},
                          {"type": "image_url", "image_url": {"url": "x"}}]}]""")).isInstanceOfSatisfying(ChatException.class, e -> {
            assertThat(e.param()).isEqualTo("messages[1].content[1]");
            assertThat(e.code()).isEqualTo(ChatException.CONTENT_UNSUPPORTED);
            assertThat(e.getMessage()).contains("image_url");
        });
    }

    @Test
    void read_textParts_areJoined() {
        Message message = read("""
                        [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]""").messages().getFirst();
        assertThat(message.content()).isEqualTo("a|b");
    }

    @Test
    void read_continueFinalMessageThatIsNotAssistants_isRefused() {
        PromptInput input = PromptInput.of(
                        TestSetup.messages("[{\"role\": \"user\", \"content\": \"a\"}]"), LocalDate.EPOCH)
                .withContinueFinalMessage(true);
        assertThatThrownBy(() -> new MessageReader("").read(input))
                .hasMessageContaining("messages[0].role is not assistant");
    }
}
