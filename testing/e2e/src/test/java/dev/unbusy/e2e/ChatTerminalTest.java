package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code unbusy chat} at a terminal, with a real model behind it. */
class ChatTerminalTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final String STORY = "Tell a very long story about the sea.";
    /** What the editor sends when it is ready for keys. */
    private static final String PROMPT = "\u001b[?2004h> ";
    /** What it sends when an entry is complete. */
    private static final String ENTERED = "\u001b[?2004l";

    @RegisterExtension
    static final OwnService SERVICE = new OwnService();

    private static PseudoTerminal chat(String... options) throws Exception {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "chat";
        System.arraycopy(options, 0, arguments, 1, options.length);
        PseudoTerminal terminal = new PseudoTerminal(SERVICE.home().environment(), arguments);
        terminal.until(PROMPT);
        return terminal;
    }

    private static boolean idle() throws Exception {
        return SERVICE.unbusy().worker().path("running").asInt() == 0
                && SERVICE.unbusy().status().path("gateway").path("running").asInt() == 0;
    }

    @Test
    void ctrlC_inMidAnswer_endsTheAnswerAndNotTheProgram() throws Exception {
        try (PseudoTerminal chat = chat()) {
            chat.type(STORY + "\r");
            chat.until(ENTERED);
            Eventually.until(
                    "the answer's beginning",
                    Duration.ofSeconds(20),
                    () -> SERVICE.unbusy().worker().path("running").asInt() == 1);
            chat.type(PseudoTerminal.CTRL_C);
            Eventually.until("the end of the work", AT_ONCE, ChatTerminalTest::idle);
            assertThat(chat.until(PROMPT)).contains("Broken off");
            chat.type("/exit\r");
            assertThat(chat.exitCode()).isZero();
        }
    }

    @Test
    void aTurnBrokenOff_isNotPartOfTheConversation() throws Exception {
        try (PseudoTerminal chat = chat("--json", "--max-tokens", "200")) {
            chat.type(STORY + "\r");
            chat.until(ENTERED);
            Eventually.until(
                    "an answer on the screen",
                    Duration.ofSeconds(20),
                    () -> !chat.screen().endsWith(ENTERED));
            chat.type(PseudoTerminal.CTRL_C);
            chat.until(PROMPT);
            chat.type("Hi\r");
            chat.until(PROMPT);
            chat.type(PseudoTerminal.CTRL_D);
            assertThat(chat.exitCode()).isZero();
            String screen = chat.screen();
            JsonNode turns = RunningUnbusy.JSON
                    .readTree(screen.substring(screen.lastIndexOf("{\"url\":")))
                    .path("turns");
            assertThat(turns).hasSize(2);
            assertThat(turns.get(0).path("user").asText()).isEqualTo(STORY);
            assertThat(turns.get(0).path("outcome").asText()).isEqualTo("interrupted");
            assertThat(turns.get(0).path("assistant").asText()).isNotEmpty();
            assertThat(turns.get(1).path("outcome").asText()).isEqualTo("complete");
            assertThat(turns.get(1).path("promptTokens").asInt())
                    .as("a short question with nothing before it")
                    .isBetween(1, 40);
        }
    }

    @Test
    void ctrlC_atTheEmptyPromptSaysHowToLeave_andCtrlDLeaves() throws Exception {
        try (PseudoTerminal chat = chat()) {
            chat.type(PseudoTerminal.CTRL_C);
            assertThat(chat.until(PROMPT)).contains("Ctrl-D").contains("/exit");
            chat.type("half a thought");
            chat.until("half a thought"); // the terminal throws away what was not read before Ctrl-C
            chat.type(PseudoTerminal.CTRL_C);
            assertThat(chat.until(PROMPT)).doesNotContain("Ctrl-D");
            chat.type(PseudoTerminal.CTRL_D);
            assertThat(chat.exitCode()).isZero();
        }
    }

    @Test
    void help_listsTheCommandsAndASlipIsNotSent() throws Exception {
        try (PseudoTerminal chat = chat()) {
            chat.type("/help\r");
            assertThat(chat.until(PROMPT)).contains("/clear").contains("/exit");
            chat.type("/claer\r");
            assertThat(chat.until(PROMPT)).contains("There is no /claer");
            chat.type("/clear\r");
            assertThat(chat.until(PROMPT)).contains("Forgotten.");
            chat.type(PseudoTerminal.CTRL_D);
            assertThat(chat.exitCode()).isZero();
        }
    }

    @Test
    void whatWasEntered_isThereInTheNextChatAndNobodyElseMayReadIt() throws Exception {
        try (PseudoTerminal chat = chat("--max-tokens", "2")) {
            chat.type("first\\\rsecond" + PseudoTerminal.ALT_ENTER + "third\r");
            chat.until(PROMPT);
            chat.type(PseudoTerminal.CTRL_D);
            chat.exitCode();
        }
        var history = SERVICE.home().file("state/unbusy/chat-history");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(history)).contains("\"first\\nsecond\\nthird\"\n");
        try (PseudoTerminal chat = chat()) {
            chat.type(PseudoTerminal.UP);
            chat.until("third");
            chat.type(PseudoTerminal.CTRL_C);
            chat.until(PROMPT);
            chat.type(PseudoTerminal.CTRL_D);
            assertThat(chat.exitCode()).isZero();
        }
    }

    @Test
    void whatIsTypedDuringAnAnswer_waitsForThePrompt() throws Exception {
        try (PseudoTerminal chat = chat("--max-tokens", "40")) {
            chat.type(STORY + "\r");
            chat.until(ENTERED);
            chat.type("typed ahead");
            assertThat(chat.until(PROMPT)).doesNotContain("typed ahead");
            chat.until("typed ahead");
            chat.type(PseudoTerminal.CTRL_C);
            chat.until(PROMPT);
            chat.type(PseudoTerminal.CTRL_D);
            assertThat(chat.exitCode()).isZero();
        }
    }

    @Test
    void aWindowClosedInMidAnswer_endsTheProgramAndTheWork() throws Exception {
        try (PseudoTerminal chat = chat()) {
            chat.type(STORY + "\r");
            chat.until(ENTERED);
            Eventually.until(
                    "the answer's beginning",
                    Duration.ofSeconds(20),
                    () -> SERVICE.unbusy().worker().path("running").asInt() == 1);
            List<ProcessHandle> family = chat.family();
            chat.hangUp();
            // A whole process has to end first, on cores that compute.
            Eventually.until("the end of the work", Duration.ofSeconds(15), ChatTerminalTest::idle);
            chat.exitCode();
            assertThat(family).isNotEmpty().noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void nothingButTheConversationIsShown_noWarningsOfAnyLibrary() throws Exception {
        try (PseudoTerminal chat = chat()) {
            chat.type(PseudoTerminal.CTRL_D);
            chat.exitCode();
            assertThat(chat.screen().toLowerCase(java.util.Locale.ROOT)).doesNotContain("warn");
        }
    }
}
