package dev.unbusy.gateway;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What is thought of one foreign server after each look at it. Pure; time comes in.
 *
 * <ol>
 *   <li>It answers: ready, unless it says that requests run while its count of progress has stood still for too long: then
 *       it is wedged, whatever its health page says, and gets nothing new until the count moves.
 *   <li>It does not answer: a server that was ready keeps its state for {@value #PATIENCE} looks, since it may only be busy,
 *       unless it refused the connection or said so itself. Then requests wait for it, for a while: somebody may be
 *       restarting it. Then it is down.
 *   <li>Its models stay known while it is away.
 * </ol>
 */
final class ForeignState {
    static final int PATIENCE = 3;

    private final long unreachableNanos;
    private final long wedgedNanos;
    private Backend.State state = Backend.State.STARTING;
    private String reason = "not reached yet";
    private List<ServedModel> models = List.of();
    private Prefill prefill = Prefill.NOT_KNOWN;
    private int failures;
    private boolean away = true;
    private long awaySince;
    private double progress = Double.NaN;
    private long progressSince;

    ForeignState(ForeignConfig config, long nowNanos) {
        this.unreachableNanos = TimeUnit.SECONDS.toNanos(config.unreachableSeconds());
        this.wedgedNanos = TimeUnit.SECONDS.toNanos(config.wedgedSeconds());
        this.awaySince = nowNanos;
    }

    Backend.State state() {
        return state;
    }

    String reason() {
        return reason;
    }

    List<ServedModel> models() {
        return models;
    }

    Backend backend(ForeignServer server) {
        return new Backend(server.id(), server.uri(), models, state, reason, prefill, server.access());
    }

    /** 1. */
    void answered(ForeignReport report, long nowNanos) {
        failures = 0;
        away = false;
        models = report.models();
        prefill = report.kind().prefill();
        boolean moved = Double.isNaN(report.progress()) || report.progress() != progress || !report.busy();
        if (moved) {
            progress = report.progress();
            progressSince = nowNanos;
        }
        if (!moved && nowNanos - progressSince >= wedgedNanos) {
            state = Backend.State.DRAINING;
            reason = "wedged: it says that requests run, and computes nothing";
        } else if (state != Backend.State.DRAINING || moved) {
            state = Backend.State.READY;
            reason = "";
        }
    }

    /**
     * 2.
     *
     * @param definite it refused the connection, or said that it takes nothing
     */
    void failed(String why, boolean definite, long nowNanos) {
        failures++;
        if (!away && !definite && failures < PATIENCE) {
            return;
        }
        if (!away) {
            away = true;
            awaySince = nowNanos;
        }
        boolean tooLong = nowNanos - awaySince >= unreachableNanos;
        state = tooLong ? Backend.State.DOWN : Backend.State.STARTING;
        reason = why;
    }
}
