package dev.unbusy.engine;

import dev.unbusy.scheduler.StepPlan;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * One step in a Java flight recording of a worker: what was planned and how long it took. Costs nothing while nobody records.
 * {@code jcmd PID JFR.start}, later {@code JFR.dump filename=FILE}; {@code jfr print --events dev.unbusy.Step FILE} lists them.
 */
@Name("dev.unbusy.Step")
@Label("Engine step")
@Category("Unbusy")
@StackTrace(false)
final class StepEvent extends Event {
    @Label("Sequences that decode")
    int decodes;

    @Label("Tokens that decode, guesses included")
    int decodeTokens;

    @Label("Sequences with prompt tokens")
    int prefills;

    @Label("Prompt tokens")
    int prefillTokens;

    @Label("Position of the first prompt's first token")
    int prefillPosition;

    @Label("Rows of idle slots")
    int fillers;

    @Label("Passes over the weights")
    int passes;

    @Label("Time nearly surely enough by earlier steps")
    @Timespan(Timespan.NANOSECONDS)
    long expected;

    /** After {@link #begin} and the step: records it, if anybody wants to know. */
    void stepEnded(StepPlan<?> plan, long expectedNanos) {
        end();
        if (!shouldCommit()) {
            return;
        }
        decodes = plan.decodes();
        prefills = plan.runs() - decodes;
        prefillTokens = plan.prefillTokens();
        decodeTokens = plan.tokens() - prefillTokens;
        prefillPosition = 0;
        for (int run = plan.runs() - 1; run >= 0; run--) {
            prefillPosition = plan.isDecode(run) ? prefillPosition : plan.firstPosition(run);
        }
        fillers = plan.fillers();
        passes = plan.passes();
        expected = expectedNanos;
        commit();
    }
}
