package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.catalog.HostFacts;
import dev.unbusy.chat.ChatFormat;
import dev.unbusy.chat.ModelTexts;
import dev.unbusy.gguf.GgufFile;
import dev.unbusy.llama.Context;
import dev.unbusy.llama.ContextOptions;
import dev.unbusy.llama.LlamaLibrary;
import dev.unbusy.llama.Model;
import dev.unbusy.llama.ModelOptions;
import dev.unbusy.llama.Vocab;
import dev.unbusy.scheduler.KvLayout;
import dev.unbusy.scheduler.SchedulerOptions;
import dev.unbusy.scheduler.Speculation;
import dev.unbusy.text.Progress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model in memory with everything that its answers need. Immutable; used by any thread, the context by one. */
final class LoadedModel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedModel.class);

    /** Where cells are shared, sequence ids beyond the running ones keep finished answers for reuse. */
    private static final int CACHED_SEQUENCES = 24;

    private static final int RESERVE_OUTPUT_TOKENS = 256;

    /** Guesses for one answer in one step: more seldom come true all. */
    private static final int DRAFT_TOKENS = 16;

    /** Guesses for all answers in one step. */
    private static final int MOST_GUESSES = 32;

    private final Model model;
    private final ChatFormat format;
    private final WorkerConfig config;
    private final ModelSizing sizing;
    private final int threads;

    private LoadedModel(Model model, ChatFormat format, WorkerConfig config, ModelSizing sizing, int threads) {
        this.model = model;
        this.format = format;
        this.config = config;
        this.sizing = sizing;
        this.threads = threads;
    }

    /**
     * 1. Reads the header and refuses what would end the process inside the library. 2. Checks that the model fits. 3. Loads.
     *
     * @throws dev.unbusy.text.UserError naming file, numbers and fix
     */
    static LoadedModel load(
            Path natives,
            Map<String, String> sha256,
            Path file,
            String name,
            WorkerConfig config,
            HostFacts host,
            Progress progress) {
        GgufFile header = GgufFile.read(file); // 1
        ModelSizing sizing = ModelSizing.of(header, config, host.memoryAvailable()); // 2
        LlamaLibrary library = LlamaLibrary.load(natives, sha256); // 3
        ModelOptions options =
                ModelOptions.DEFAULT.withGpuLayers(config.gpuLayers()).withMlaTensors(header.hasLatentAttention());
        Model model = library.loadModel(file, options, progress);
        Vocab vocab = model.vocab();
        ChatFormat format = ChatFormat.of(new ModelTexts(
                model.architecture(), model.chatTemplate(), text(vocab, vocab.bos()), text(vocab, vocab.eos()), name));
        int threads = config.threads() > 0 ? config.threads() : host.computeThreads();
        LOG.info(
                "{}: {}, context {} tokens, {} KV cells {}, {} more kept outside, {} threads, chat format {}",
                name,
                model.description(),
                sizing.contextTokens(),
                sizing.kvCells(),
                sizing.layout(),
                sizing.parkedCells(),
                threads,
                format.name());
        return new LoadedModel(model, format, config, sizing, threads);
    }

    private static @Nullable String text(Vocab vocab, int token) {
        return token < 0 ? null : new String(vocab.piece(token, true), StandardCharsets.UTF_8);
    }

    Vocab vocab() {
        return model.vocab();
    }

    ChatFormat format() {
        return format;
    }

    /** Numbers of an embedding. */
    int embeddingLength() {
        return model.embeddingLength();
    }

    /**
     * How it embeds texts.
     *
     * @throws dev.unbusy.api.ApiException if it cannot
     */
    Pooling pooling() {
        if (!model.tellsHiddenStates()) {
            throw ApiError.noEmbeddings(
                            "llama.cpp cannot tell the hidden states of architecture " + model.architecture())
                    .exception();
        }
        Pooling pooling = Pooling.of(model.metadata(model.architecture() + ".pooling_type"));
        if (pooling == null) {
            throw ApiError.noEmbeddings("it scores pairs of texts").exception();
        }
        if ("false".equals(model.metadata(model.architecture() + ".attention.causal"))) {
            throw ApiError.noEmbeddings("its tokens look at those behind them, and this server computes texts in parts")
                    .exception();
        }
        return pooling;
    }

    int contextTokens() {
        return sizing.contextTokens();
    }

    /** Changes whenever the same seed may give another answer. */
    String fingerprint() {
        int hash = (model.description() + model.sizeBytes() + model.parameterCount() + config.kvType() + threads)
                .hashCode();
        return "fp_" + Integer.toHexString(hash);
    }

    /** The same on workers of which one can go on behind the other's tokens: same weights, vocabulary and chat template. */
    String identity() {
        String facts = model.description()
                + model.architecture()
                + model.sizeBytes()
                + model.parameterCount()
                + model.vocab().size()
                + model.chatTemplate();
        return "m_" + Integer.toHexString(facts.hashCode());
    }

    SchedulerOptions schedulerOptions() {
        return new SchedulerOptions(
                config.parallelSequences(),
                sizing.layout(),
                sizing.kvCells(),
                slots(),
                sizing.parkedCells(),
                sizing.contextTokens(),
                batchTokens(),
                TimeUnit.MILLISECONDS.toNanos(config.maxStallMillis()),
                RESERVE_OUTPUT_TOKENS,
                maxOutputs(),
                // A recurrent state cannot be cut behind the tokens guessed right.
                model.isRecurrent() ? 0 : DRAFT_TOKENS,
                config.speculation(),
                sharesPrefixes());
    }

    /** For the thread that is to own it. */
    Context newContext() {
        return model.newContext(new ContextOptions(
                sizing.kvCells(),
                sizing.layout() == KvLayout.SHARED,
                batchTokens(),
                batchTokens(),
                slots(),
                Math.max(Math.max(slots(), maxOutputs()), Math.min(batchTokens(), StepComputation.HIDDEN_ROWS)),
                threads,
                threads,
                config.kvType(),
                config.kvType()));
    }

    /**
     * A recurrent state cannot be cut behind a prefix. Where windows slide it can be cut, but what comes before the cut has
     * left the window and is gone: answers would be wrong without a word.
     */
    private boolean sharesPrefixes() {
        return !model.isRecurrent() && model.slidingWindow() == 0;
    }

    private int slots() {
        boolean cached = sizing.layout() == KvLayout.SHARED && sharesPrefixes();
        return config.parallelSequences() + (cached ? CACHED_SEQUENCES : 0);
    }

    /** Each costs memory for a row of logits. */
    private int maxOutputs() {
        int guesses = config.speculation() == Speculation.OFF ? 0 : MOST_GUESSES;
        return Math.min(batchTokens(), config.parallelSequences() + guesses);
    }

    private int batchTokens() {
        return Math.min(config.batchTokens(), sizing.kvCells());
    }

    @Override
    public void close() {
        model.close();
    }
}
