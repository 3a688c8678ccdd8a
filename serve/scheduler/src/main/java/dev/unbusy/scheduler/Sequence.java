package dev.unbusy.scheduler;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run of tokens through the model: the prompt, then what was generated. Subclassed by whoever needs to find its own
 * data again in a {@link StepPlan}. Owned by the scheduler's thread.
 *
 * <p>Invariant: the first {@link #computed} tokens have their KV cells; a decoding sequence has exactly one token that has
 * not been computed yet, the one sampled last. Between a step and what is sampled from it, {@link #drafted} more cells are
 * filled.
 */
public class Sequence {
    /** Where a sequence is in its life. */
    public enum State {
        /** Holds no cells of its own; will start, or start again after preemption. */
        WAITING,
        PREFILLING,
        DECODING,
        /** Ended, cancelled or refused: the scheduler knows it no longer. */
        FINISHED
    }

    private final int promptLength;
    private final Claim claim;
    private final String cacheScope;
    private int[] tokens;
    private int size;
    private int maxOutput;

    // The scheduler's own notes.
    State state = State.WAITING;
    int slot = -1;
    int computed;
    long arrival;
    boolean cancelled;
    int cachedTokens = -1;
    int preemptions;

    private @Nullable Sequence leader;
    private int leaderNeeds;

    @Nullable
    Tenant account;
    /** Its class, raised by waiting. */
    int level;

    long queuedNanos;
    double servedNanos;
    /** Sequences that wait for this one's prefix. */
    int followers;

    /** Among the prompts of a step; lower comes first. */
    double rank;

    long startedNanos;
    long lastTokenNanos;
    /** Since its last token, what neighbours' prompts and guesses took. */
    double delayedNanos;

    @Nullable
    Drafter drafter;

    @Nullable
    DraftControl drafts;
    /** Guesses at hand for the next step. */
    int proposed;
    /** How many of these will probably all come true, and how probable that is; of {@link DraftPlanner}. */
    int likely;

    double reached;
    /** Guesses that stand behind the tokens, in the step or computed and not yet compared. */
    int drafted;

    /**
     * @param prompt tokens of the prompt; kept, not copied
     * @param maxOutput most tokens to generate; the scheduler lowers it to what the context leaves
     * @param claim whose it is, and how urgent
     * @param cacheScope sequences share cells only within the same scope; "" is everybody's
     */
    public Sequence(int[] prompt, int maxOutput, Claim claim, String cacheScope) {
        if (prompt.length == 0 || maxOutput < 1) {
            throw new IllegalArgumentException(
                    "prompt of " + prompt.length + " tokens, " + maxOutput + " to generate: both must be positive");
        }
        tokens = prompt;
        size = prompt.length;
        promptLength = prompt.length;
        this.maxOutput = maxOutput;
        this.claim = claim;
        this.cacheScope = cacheScope;
    }

    /** Has guesses of this drafter checked along the way, where that is faster; before it is submitted. */
    public final void speculate(Drafter guesses) {
        drafter = guesses;
    }

    /** Begins with tokens that were generated elsewhere, as after a preemption; before it is submitted. */
    public final void goOnBehind(int[] generated) {
        for (int token : generated) {
            add(token);
        }
    }

    public final State state() {
        return state;
    }

    /** Sequence id in the KV cache while it runs, else −1. */
    public final int slot() {
        return slot;
    }

    /** Prompt and generated tokens so far. */
    public final int size() {
        return size;
    }

    /** A token, or behind them a guess that the planned step checks. */
    public final int token(int position) {
        return tokens[position];
    }

    public final int promptLength() {
        return promptLength;
    }

    public final int generated() {
        return size - promptLength;
    }

    /** Most tokens it may generate. */
    public final int maxOutput() {
        return maxOutput;
    }

    public final Claim claim() {
        return claim;
    }

    final int priority() {
        return claim.priority();
    }

    /** The account of its tenant, once submitted. */
    final Tenant tenant() {
        return Objects.requireNonNull(account);
    }

    /** Nanoseconds of the machine that were spent on it, its share of each step. */
    public final long servedNanos() {
        return (long) servedNanos;
    }

    public final String cacheScope() {
        return cacheScope;
    }

    /** Positions whose cells are filled. */
    public final int computed() {
        return computed;
    }

    /** Prompt tokens that were found in the cache when it first started; −1 before that. */
    public final int cachedTokens() {
        return cachedTokens;
    }

    /** How often it lost its cells to others and started again. */
    public final int preemptions() {
        return preemptions;
    }

    /** Generated tokens that were guessed, so that no step of their own was needed. */
    public final long acceptedDraftTokens() {
        return drafts == null ? 0 : drafts.acceptedTokens();
    }

    public final boolean isCancelled() {
        return cancelled;
    }

    /** Valid up to {@link #size}; entries below it never change. */
    final int[] tokens() {
        return tokens;
    }

    final int remaining() {
        return size - computed;
    }

    final boolean isRunning() {
        return slot >= 0;
    }

    final void limitOutput(int tokensLeft) {
        maxOutput = Math.min(maxOutput, tokensLeft);
    }

    final void add(int token) {
        ensureCapacity(size + 1);
        tokens[size++] = token;
    }

    /** Puts a guess behind the tokens. */
    final void putDraft(int index, int token) {
        ensureCapacity(size + index + 1);
        tokens[size + index] = token;
    }

    /** The first guess became a token; its cell is filled. */
    final void takeDraft() {
        size++;
        computed++;
        drafted--;
    }

    private void ensureCapacity(int length) {
        if (length > tokens.length) {
            // A copy, never in place: the prefix tree may refer to the old array.
            tokens = Arrays.copyOf(tokens, Math.max(length + 32, length + length / 2));
        }
    }

    /** Waits until the leader has computed so many tokens, with which both begin. */
    void follow(Sequence newLeader, int tokens) {
        unfollow();
        leader = newLeader;
        leaderNeeds = tokens;
        newLeader.followers++;
    }

    /** Whether this still waits for its leader; it follows nobody afterwards if not. */
    boolean isHeld() {
        if (leader != null && leader.isRunning() && leader.computed < leaderNeeds) {
            return true;
        }
        unfollow();
        return false;
    }

    void unfollow() {
        if (leader != null) {
            leader.followers--;
            leader = null;
        }
    }
}
