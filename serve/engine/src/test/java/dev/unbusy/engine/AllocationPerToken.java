package dev.unbusy.engine;

import com.sun.management.ThreadMXBean;
import dev.unbusy.api.AnswerEnd;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.sampling.SamplerState;
import dev.unbusy.sampling.SamplingParameters;
import dev.unbusy.sampling.TokenLogprobs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code AllocationPerToken [STREAMS…]}: measures what a generated token allocates on the Java heap in steady state; prints one JSON object. A program, not a test:
 * run its main with the system properties of the engine's tests (docs/results says how).
 *
 * <ol>
 *   <li>Engine alone: bytes of the thread {@code engine-0} between two tokens of the first stream, listeners that keep nothing; with
 *       plain text, and with an answer that reasons, where tags are looked for in every token.
 *   <li>Worker over HTTP: streams read by threads that allocate nothing while they read; the difference between long and short
 *       answers is what the tokens in between cost, on {@code engine-0} and on all threads but the readers; and the same with
 *       marks, which a gateway asks for.
 * </ol>
 */
final class AllocationPerToken {
    private static final int SHORT = 100;
    private static final int LONG = 300;
    private static final int ROUNDS = 2;
    private static final String PROMPT = "Once upon a time there was a small machine that";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocationPerToken() {}

    public static void main(String[] arguments) throws Exception {
        List<Integer> counts = arguments.length == 0
                ? List.of(1, 8)
                : Stream.of(arguments).map(Integer::valueOf).toList();
        List<String> figures = new ArrayList<>();
        for (int streams : counts) {
            figures.add(figure("engine", streams, "engineThread", engine(streams, OutputStart.PLAIN)));
            figures.add(figure("engine, reasoning", streams, "engineThread", engine(streams, OutputStart.REASONING)));
        }
        try (Worker worker = RealModel.worker("w-1", RealModel.file(), RealModel.config(8, 0))) {
            for (int streams : counts) {
                figures.addAll(worker(worker, streams, ""));
                figures.addAll(worker(worker, streams, "x-unbusy-marks: 1\r\n"));
            }
        }
        System.out.println("{\"bytesPerToken\":[\n" + String.join(",\n", figures) + "\n]}");
    }

    private static List<String> worker(Worker worker, int streams, String headers) throws InterruptedException {
        worker(worker, streams, SHORT, headers); // warm
        List<Double> engine = new ArrayList<>();
        List<Double> all = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long[] few = worker(worker, streams, SHORT, headers);
            long[] many = worker(worker, streams, LONG, headers);
            double tokens = (double) (LONG - SHORT) * streams;
            engine.add((many[0] - few[0]) / tokens);
            all.add((many[1] - few[1]) / tokens);
        }
        String what = headers.isEmpty() ? "worker" : "worker, marks";
        return List.of(figure(what, streams, "engineThread", engine), figure(what, streams, "allThreads", all));
    }

    private static String figure(String what, int streams, String threads, List<Double> rounds) {
        return "{\"what\":\"" + what + "\",\"streams\":" + streams + ",\"threads\":\"" + threads + "\",\"rounds\":["
                + String.join(
                        ",",
                        rounds.stream()
                                .map(bytes -> String.format(Locale.ROOT, "%.1f", bytes))
                                .toList())
                + "]}";
    }

    private static List<Double> engine(int streams, OutputStart start) throws InterruptedException {
        List<Double> rounds = new ArrayList<>();
        try (Engine engine = RealModel.engine(RealModel.shared())) {
            int[] prompt = RealModel.shared().vocab().tokenize(PROMPT, true, false);
            for (int round = 0; round <= ROUNDS; round++) {
                Mark mark = new Mark(streams);
                List<GenerationRequest> requests = new ArrayList<>();
                List<Ear> ears = new ArrayList<>();
                for (int i = 0; i < streams; i++) {
                    requests.add(request(prompt, i, start));
                    ears.add(new Ear(mark));
                }
                Objects.requireNonNull(engine.submit(requests, ears));
                mark.over.await();
                if (round > 0) {
                    rounds.add((double) (mark.bytesAfter - mark.bytesBefore) / (mark.tokensAfter - mark.tokensBefore));
                }
            }
        }
        return rounds;
    }

    private static GenerationRequest request(int[] prompt, int seed, OutputStart start) {
        return new GenerationRequest(
                prompt.clone(),
                LONG + 10,
                SamplingParameters.ofTemperature(1),
                SamplerState.start(seed, 0),
                List.of(),
                true,
                AnswerShape.free(start),
                null,
                Claims.NONE);
    }

    /** Of all streams of a round; used by the engine's thread. */
    private static final class Mark {
        private final CountDownLatch over;
        private long tokens;
        private long tokensBefore;
        private long tokensAfter;
        private long bytesBefore;
        private long bytesAfter;

        private Mark(int streams) {
            over = new CountDownLatch(streams);
        }

        private void token(int streams) {
            tokens++;
            if (tokens == (long) SHORT * streams) {
                bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
                tokensBefore = tokens;
            } else if (tokens == (long) LONG * streams) {
                bytesAfter = THREADS.getCurrentThreadAllocatedBytes();
                tokensAfter = tokens;
            }
        }
    }

    private static final class Ear implements GenerationListener {
        private final Mark mark;
        private final int streams;

        private Ear(Mark mark) {
            this.mark = mark;
            streams = (int) mark.over.getCount();
        }

        @Override
        public void token(
                int token,
                List<OutputSplitter.Piece> pieces,
                @Nullable TokenLogprobs logprobs,
                boolean insideReasoning) {
            mark.token(streams);
        }

        @Override
        public void begun(int cachedTokens) {}

        @Override
        public void flush() {}

        @Override
        public void ended(List<OutputSplitter.Piece> pieces, AnswerEnd end, GenerationUsage usage) {
            mark.over.countDown();
        }

        @Override
        public void failed(Throwable cause) {
            throw new AssertionError(cause);
        }
    }

    /** Returns the bytes that the engine's thread, and all threads but the readers, allocated for these answers. */
    private static long[] worker(Worker worker, int streams, int maxTokens, String headers)
            throws InterruptedException {
        long engineThread = threadId("engine-0");
        Reader[] readers = new Reader[streams];
        for (int i = 0; i < streams; i++) {
            readers[i] = new Reader(worker.url(), maxTokens, i, headers);
        }
        long mine = THREADS.getCurrentThreadAllocatedBytes();
        long engine = THREADS.getThreadAllocatedBytes(engineThread);
        long all = THREADS.getTotalThreadAllocatedBytes();
        for (Reader reader : readers) {
            reader.start();
        }
        long readersBytes = 0;
        for (Reader reader : readers) {
            reader.join();
            readersBytes += reader.bytes;
        }
        all = THREADS.getTotalThreadAllocatedBytes() - all;
        engine = THREADS.getThreadAllocatedBytes(engineThread) - engine;
        mine = THREADS.getCurrentThreadAllocatedBytes() - mine;
        return new long[] {engine, all - mine - readersBytes};
    }

    private static long threadId(String name) {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(name)) {
                return thread.threadId();
            }
        }
        throw new AssertionError("no thread " + name);
    }

    /** Sends a request and reads its stream to the end. */
    private static final class Reader extends Thread {
        private final URI uri;
        private final byte[] request;
        private final byte[] buffer = new byte[8192];
        private long bytes;

        private Reader(String url, int maxTokens, int seed, String headers) {
            uri = URI.create(url);
            String body = "{\"model\":\"starter\",\"stream\":true,\"temperature\":1,\"ignore_eos\":true,\"max_tokens\":"
                    + maxTokens + ",\"seed\":" + seed + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + PROMPT
                    + "\"}]}";
            request = ("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers
                            + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public void run() {
            try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
                socket.getOutputStream().write(request);
                InputStream in = socket.getInputStream();
                boolean more = true;
                while (more) {
                    more = in.read(buffer) >= 0;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            bytes = THREADS.getCurrentThreadAllocatedBytes();
        }
    }
}
