package dev.unbusy.bench;

import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A closed loop of clients against any OpenAI-compatible server: {@code concurrency} virtual threads, each with one request
 * in flight, until {@code requests} are done.
 */
public final class LoadGenerator {
    private static final Text WARM_UP = Text.of("Warming up", "预热");
    private static final Text MEASURE = Text.of("Measuring", "测量");

    private LoadGenerator() {}

    /** Failed requests are results, not exceptions, and so is a server that is not there. */
    public static BenchReport run(BenchOptions options, Progress progress) throws InterruptedException {
        try (ChatClient client = new ChatClient(options)) {
            PromptMaker prompts = new PromptMaker(options);
            if (options.warmUp() > 0) {
                loop(client, prompts, -options.warmUp(), options.warmUp(), options, WARM_UP, progress);
            }
            return BenchReport.of(options, loop(client, prompts, 0, options.requests(), options, MEASURE, progress));
        }
    }

    private static List<Measurement> loop(
            ChatClient client,
            PromptMaker prompts,
            int firstIndex,
            int count,
            BenchOptions options,
            Text task,
            Progress progress)
            throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        List<Future<List<Measurement>>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < Math.min(options.concurrency(), count); i++) {
                clients.add(threads.submit(() -> {
                    List<Measurement> own = new ArrayList<>();
                    for (int index = next.getAndIncrement(); index < count; index = next.getAndIncrement()) {
                        own.add(client.send(prompts.prompt(firstIndex + index)));
                        progress.report(task, done.incrementAndGet(), count, Progress.Unit.ITEMS);
                    }
                    return own;
                }));
            }
            List<Measurement> all = new ArrayList<>();
            for (Future<List<Measurement>> one : clients) {
                all.addAll(one.get());
            }
            return all;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a client of the load generator failed", e.getCause());
        }
    }
}
