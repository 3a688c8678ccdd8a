package dev.unbusy.engine;

import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.SamplerScratch;
import dev.unbusy.scheduler.Scheduler;
import dev.unbusy.scheduler.StepPlan;
import dev.unbusy.scheduler.Submission;
import java.lang.foreign.MemorySegment;

/** Turns what a step has computed into tokens and vectors, and lets work in and out. Owned by the engine's thread. */
final class StepResults {
    private final Scheduler<Work> scheduler;
    private final Vocab vocab;
    private final EngineMetrics metrics;
    private final HeldTokens held;
    private final Intake intake;
    private final SamplerScratch scratch;

    StepResults(Scheduler<Work> scheduler, Vocab vocab, EngineMetrics metrics, HeldTokens held, Intake intake) {
        this.scheduler = scheduler;
        this.vocab = vocab;
        this.metrics = metrics;
        this.held = held;
        this.intake = intake;
        scratch = new SamplerScratch(vocab.size());
    }

    /** Takes work in that was counted before. */
    void enter(Work work) {
        switch (scheduler.submit(work, System.nanoTime())) {
            case Submission.Accepted ignored -> {}
            case Submission.TooLong tooLong -> {
                left(work);
                fail(
                        work,
                        new IllegalArgumentException("prompt of " + tooLong.promptTokens()
                                + " tokens exceeds the context of " + tooLong.contextTokens()));
            }
        }
    }

    /** Cancels once, whoever asks first. */
    void drop(Work work) {
        if (!work.isCancelled() && work.state() != Work.State.FINISHED) {
            scheduler.cancel(work);
            left(work);
        }
    }

    void finish(Work work) {
        scheduler.finish(work);
        left(work);
    }

    private void left(Work work) {
        switch (work) {
            case Generation generation -> intake.left(generation.request());
            case Embedding embedding -> {
                embedding.job().left(embedding);
                intake.left();
            }
        }
    }

    void fail(Work work, RuntimeException cause) {
        work.failed(cause);
        if (work instanceof Embedding embedding) {
            embedding.job().active().forEach(this::drop);
        }
    }

    /** Tells the listeners of a step that is complete; returns the number of tokens chosen. */
    int tell(StepComputation computed, StepPlan<Work> plan) {
        int chosen = 0;
        for (int run = 0; run < plan.runs(); run++) {
            int outputs = plan.outputs(run);
            if (outputs > 0) {
                switch (plan.sequence(run)) {
                    case Embedding embedding -> complete(embedding);
                    case Generation generation -> {
                        int guessedRight = 0;
                        while (goesOn(computed.logits(plan, run, guessedRight), generation)) {
                            guessedRight++;
                        }
                        chosen += 1 + guessedRight;
                        metrics.guesses(outputs - 1, guessedRight);
                    }
                }
            }
        }
        return chosen;
    }

    /** Chooses a token; returns whether it was the one guessed, so that the run's next logits follow it. */
    private boolean goesOn(MemorySegment logits, Generation generation) {
        if (generation.isCancelRequested()) {
            // Here too, since its message may not be in the inbox yet; what it has computed stays cached.
            drop(generation);
            return false;
        }
        int token;
        try {
            token = generation.next(logits, vocab, scratch);
        } catch (RuntimeException e) {
            // No distribution, or a listener's mistake: neither may cost the others their answers.
            finish(generation);
            fail(generation, e);
            return false;
        }
        metrics.token(generation);
        if (token < 0) {
            finish(generation);
            return false;
        }
        held.add(generation, generation.lastTokenNanos);
        return scheduler.append(generation, token);
    }

    private void complete(Embedding embedding) {
        // Not finished: an answer of no tokens would say of its tenant that answers are short.
        if (embedding.isCancelRequested()) {
            drop(embedding);
            return;
        }
        try {
            embedding.complete();
        } catch (RuntimeException e) {
            drop(embedding);
            fail(embedding, e);
            return;
        }
        metrics.embedded(embedding.promptLength(), Math.max(0, embedding.cachedTokens()));
        Embedding next = embedding.job().next();
        if (next != null) {
            intake.passOn();
        }
        drop(embedding);
        if (next != null) {
            enter(next);
        }
    }
}
