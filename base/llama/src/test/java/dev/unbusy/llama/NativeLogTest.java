package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class NativeLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.unbusy.llama.native");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final NativeLog log = new NativeLog();

    @BeforeEach
    void listen() {
        logger.setLevel(Level.TRACE);
        logger.setAdditive(false);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAndStopAllAppenders();
        logger.setLevel(Level.OFF);
    }

    @Test
    void accept_routesByLevelLineByLine() {
        log.accept(1, "d\n");
        log.accept(2, "i\nsecond\n");
        log.accept(3, "w\n");
        log.accept(4, "e\n");
        assertThat(lines.list.stream().map(e -> e.getLevel() + " " + e.getMessage()))
                .containsExactly("DEBUG d", "INFO i", "INFO second", "WARN w", "ERROR e");
    }

    @Test
    void accept_ofAContinuation_joinsItToItsLineAtTheLevelOfItsStart() {
        log.accept(3, "loading ");
        log.accept(5, "tensors");
        log.accept(5, ".\n");
        assertThat(lines.list).singleElement().satisfies(e -> {
            assertThat(e.getLevel()).isEqualTo(Level.WARN);
            assertThat(e.getMessage()).isEqualTo("loading tensors.");
        });
    }

    @Test
    void accept_ofBraces_doesNotFormatThem() {
        log.accept(4, "template {} %s\n");
        assertThat(lines.list.getFirst().getFormattedMessage()).isEqualTo("template {} %s");
    }

    @Test
    void since_givesTheWarningsAndErrorsOfThisThreadAfterTheMark() throws Exception {
        log.accept(4, "before\n");
        long mark = log.mark();
        log.accept(2, "just information\n");
        log.accept(4, "why it failed\n");
        Thread other = new Thread(() -> log.accept(4, "of another model\n"));
        other.start();
        other.join();
        assertThat(log.since(mark)).containsExactly("why it failed");
    }

    @Test
    void stub_whenTheLoggerThrows_letsNothingOutBecauseThatWouldEndTheProcess() throws Throwable {
        AppenderBase<ILoggingEvent> broken = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                throw new OutOfMemoryError("on purpose");
            }
        };
        broken.start();
        logger.addAppender(broken);
        var call = Linker.nativeLinker()
                .downcallHandle(
                        log.stub(),
                        FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            call.invoke(4, arena.allocateFrom("through C and back\n"), MemorySegment.NULL);
            call.invoke(4, MemorySegment.NULL, MemorySegment.NULL);
        }
        assertThat(lines.list.getFirst().getMessage()).isEqualTo("through C and back");
    }
}
