package dev.unbusy.gateway;

import dev.unbusy.api.StreamMarks;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * What one request remembers of the workers it has lost: how many, which of them to avoid, and what the client has of the
 * answer, so that the next one goes on behind it. Used on the request's event loop, except {@link #avoids}.
 */
final class Recovery {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final RelayRequest request;
    private final int maxLosses;
    private final FailedWorkers failedWorkers = new FailedWorkers();
    private final KeptMarks marks = new KeptMarks();
    private int losses;
    /** The request with the marks behind it, once an answer is to go on. */
    private @Nullable ByteBuf continuation;

    Recovery(RelayRequest request, int maxLosses) {
        this.request = request;
        this.maxLosses = maxLosses;
    }

    /** True once the client has a part of the answer, which the next worker is to go on with. */
    boolean goesOn() {
        return continuation != null;
    }

    /** What is sent to the next worker; valid until {@link #close}, or until another one is lost in its answer. */
    ByteBuf body() {
        return continuation == null ? request.body() : continuation;
    }

    /** Bytes of {@link #body} behind the client's own. */
    int marksBytes() {
        return continuation == null
                ? 0
                : continuation.readableBytes() - request.body().readableBytes();
    }

    /** Why this head brings no answer to the request; null where it does. */
    @Nullable
    Loss refusal(HttpResponse head) {
        int status = head.status().code();
        if (status == TOO_MANY_REQUESTS || status == SERVICE_UNAVAILABLE) {
            return Loss.REFUSED;
        }
        return goesOn() && marksOf(head) == null ? Loss.NOT_CONTINUED : null;
    }

    /** Where the marks of this answer go; null where it brings none. */
    @Nullable
    KeptMarks marksOf(HttpResponse head) {
        boolean marked =
                head.status().code() == 200 && "1".equals(head.headers().get(StreamMarks.HEADER));
        return marked ? marks : null;
    }

    /** A worker was lost in its answer. @return false where nobody can go on with it */
    boolean goOnBehind(WorkerAnswer lost) {
        if (!lost.isMarked() || !marks.suffice()) {
            return false;
        }
        close();
        continuation = marks.behind(request.body());
        return true;
    }

    /** How many workers were lost, if that is more than may be; else 0. */
    int tooManyLosses(Loss loss) {
        losses += loss.reachedWorker() ? 1 : 0;
        return losses > maxLosses ? losses : 0;
    }

    void avoid(String backendId, long version) {
        failedWorkers.add(backendId, version);
    }

    boolean avoids(Backends.Entry entry) {
        return failedWorkers.contains(entry);
    }

    void waiting(long nowNanos) {
        failedWorkers.waiting(nowNanos);
    }

    /** Whether workers that failed may be asked again now although nothing new is known of them. */
    boolean forgives(long nowNanos) {
        return failedWorkers.forgiven(nowNanos);
    }

    void close() {
        if (continuation != null) {
            continuation.release();
            continuation = null;
        }
    }
}
