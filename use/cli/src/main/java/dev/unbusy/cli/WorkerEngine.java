package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The running worker of this process. */
interface WorkerEngine extends AutoCloseable {
    /**
     * What a worker is started with.
     *
     * @param natives directory of the native libraries; null: found or fetched
     * @param contextTokens null: chosen by memory and model
     */
    record Arguments(
            String id,
            String modelName,
            Path model,
            @Nullable Path natives,
            String host,
            int port,
            @Nullable Integer contextTokens,
            Config config,
            Map<String, String> environment) {}

    String url();

    /** Takes nothing new and waits for what runs. */
    void drain(Duration limit);

    @Override
    void close();

    static WorkerEngine start(Arguments arguments, Progress progress) {
        throw new CliException(
                "engine-missing",
                Text.of("This build has no engine for %s", "此构建不包含可运行 %s 的引擎", arguments.model()),
                Text.of("Use a complete build.", "请使用完整的构建。"));
    }
}
