package dev.unbusy.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go, set up in code: nothing is read or scanned at start-up, and commands that log nothing never load it.
 * A service writes a bounded file ({@value #FILES} of {@value #FILE_SIZE}); warnings go to standard error as well.
 */
final class Logging {
    private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{20}: %msg%n";
    private static final String FILE_SIZE = "10MB";
    private static final int FILES = 5;

    private Logging() {}

    /** Of a command that ends by itself, and of a worker: standard error only. */
    static void toStandardError(boolean verbose) {
        LoggerContext context = reset();
        add(context, console(context, verbose ? Level.DEBUG : Level.WARN));
        level(context, verbose);
    }

    /** Of a worker, whose standard error is its supervisor's log. */
    static void ofWorker(boolean verbose) {
        LoggerContext context = reset();
        add(context, console(context, verbose ? Level.DEBUG : Level.INFO));
        level(context, verbose);
    }

    /**
     * Of a service.
     *
     * @param name of the file, without ending
     * @return the file
     * @throws IOException if the directory cannot be written to
     */
    static Path ofService(Path directory, String name, boolean verbose) throws IOException {
        Files.createDirectories(directory);
        LoggerContext context = reset();
        Path file = directory.resolve(name + ".log");
        add(context, file(context, directory, name, file));
        add(context, console(context, verbose ? Level.DEBUG : Level.WARN));
        level(context, verbose);
        return file;
    }

    private static LoggerContext reset() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        return context;
    }

    private static void level(LoggerContext context, boolean verbose) {
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(verbose ? Level.DEBUG : Level.INFO);
        // Netty describes its own start in hundreds of lines.
        context.getLogger("io.netty").setLevel(Level.INFO);
    }

    private static void add(LoggerContext context, Appender<ILoggingEvent> appender) {
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    }

    private static Appender<ILoggingEvent> console(LoggerContext context, Level level) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setTarget("System.err");
        ThresholdFilter filter = new ThresholdFilter();
        filter.setLevel(level.toString());
        filter.start();
        appender.addFilter(filter);
        return started(context, appender);
    }

    private static Appender<ILoggingEvent> file(LoggerContext context, Path directory, String name, Path file) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setFile(file.toString());
        FixedWindowRollingPolicy rolling = new FixedWindowRollingPolicy();
        rolling.setContext(context);
        rolling.setParent(appender);
        rolling.setFileNamePattern(directory.resolve(name + ".%i.log").toString());
        rolling.setMinIndex(1);
        rolling.setMaxIndex(FILES - 1);
        rolling.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
        trigger.setContext(context);
        trigger.setMaxFileSize(FileSize.valueOf(FILE_SIZE));
        trigger.start();
        appender.setRollingPolicy(rolling);
        appender.setTriggeringPolicy(trigger);
        return started(context, appender);
    }

    private static Appender<ILoggingEvent> started(
            LoggerContext context, OutputStreamAppender<ILoggingEvent> appender) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }
}
