package dev.unbusy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatInputTest {
    @ParameterizedTest
    @CsvSource({
        "/clear,CLEAR",
        "' /CLEAR ',CLEAR",
        "/exit,EXIT",
        "/quit,EXIT",
        "/help,HELP",
        "'',NOTHING",
        "'  ',NOTHING"
    })
    void commands_areSingleWords(String line, ChatInput.Command command) {
        assertThat(ChatInput.of(line)).isEqualTo(command);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/clear the table", "/usr/bin", "/", "/exit\nnow", "what does /exit do", " indented", "/帮助"})
    void everythingElse_isATurnAsItIs(String line) {
        assertThat(ChatInput.of(line)).isEqualTo(new ChatInput.Say(line));
    }

    @Test
    void aMistypedCommand_isNotSentToTheModel() {
        assertThat(ChatInput.of("/claer")).isEqualTo(new ChatInput.Unknown("/claer"));
    }
}
