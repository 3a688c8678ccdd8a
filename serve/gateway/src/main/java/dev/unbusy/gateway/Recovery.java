package dev.unbusy.gateway;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.unbusy.api.RequestOutline;
import dev.unbusy.api.StreamMarks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one request remembers of the workers it has lost: how many, which of them to avoid, and what the client has of the
 * answer, so that the next one goes on behind it. Used on the request's event loop, except {@link #avoids}.
 */
final class Recovery {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final int OK = 200;
    /** Of an answer that is kept as text: longer than any model writes at once. */
    private static final int MAX_CHARS = 4 << 20;

    private final RelayRequest request;
    private final int maxLosses;
    private final FailedWorkers failedWorkers = new FailedWorkers();
    private final KeptMarks marks = new KeptMarks();
    private int losses;
    /** What streams without marks say; null until there is one. */
    private @Nullable Splice splice;
    /** The answer goes on by its text. */
    private boolean byText;
    /** The request with the marks behind it, once an answer is to go on. */
    private @Nullable ByteBuf continuation;

    Recovery(RelayRequest request, int maxLosses) {
        this.request = request;
        this.maxLosses = maxLosses;
    }

    /** True once the client has a part of the answer, which the next worker is to go on with. */
    boolean goesOn() {
        return continuation != null || byText;
    }

    /** Whether the next worker is told by the text alone, and what it writes need not be marked. */
    boolean byText() {
        return byText;
    }

    /** The request with the model's id for the name that the client has for it; null until a backend wants that. */
    private @Nullable ByteBuf renamed;

    /** What is sent to this worker; valid until {@link #close}, or until another one is lost in its answer. */
    ByteBuf body(Backend backend) {
        Splice text = splice;
        if (!byText || text == null) {
            return continuation == null ? asked(backend) : continuation;
        }
        text.goOn(backend.prefill() == Prefill.LAST_MESSAGE);
        byte[] body =
                PrefixBody.of(ByteBufUtil.getBytes(asked(backend)), backend.prefill(), text.text(), text.tokens());
        // Looked at before: what could not be divided was not gone on with.
        return Unpooled.wrappedBuffer(Objects.requireNonNull(body));
    }

    private ByteBuf asked(Backend backend) {
        ByteBuf body = request.body();
        RequestOutline.Span name = request.otherName();
        if (name == null || !backend.wantsIds()) {
            return body;
        }
        if (renamed == null) {
            byte[] id =
                    JsonStringEncoder.getInstance().quoteAsUTF8(request.facts().model());
            renamed = Unpooled.buffer(body.readableBytes() + id.length + 2)
                    .writeBytes(body, body.readerIndex(), name.from())
                    .writeByte('"')
                    .writeBytes(id)
                    .writeByte('"')
                    .writeBytes(body, body.readerIndex() + name.to(), body.readableBytes() - name.to());
        }
        return renamed;
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
        boolean startsAnew = byText ? status != OK : goesOn() && marksOf(head) == null;
        return startsAnew ? Loss.NOT_CONTINUED : null;
    }

    /** What keeps the text of an answer without marks; null where it is of no use. */
    @Nullable
    Splice spliceOf(Backend backend, HttpResponse head) {
        boolean knowsHow = backend.prefill() != Prefill.NOT_KNOWN || isPlain();
        if (!request.stream() || request.answers() > 1 || !knowsHow || (!byText && marksOf(head) != null)) {
            return null;
        }
        if (splice == null) {
            splice = new Splice(MAX_CHARS);
        }
        return splice;
    }

    private boolean isPlain() {
        return request.workerPath().equals(RelayRequest.Route.COMPLETIONS.workerPath());
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
        if (!lost.isMarked()) {
            Splice text = splice;
            byText = text != null
                    && text.suffices()
                    && PrefixBody.of(ByteBufUtil.getBytes(request.body()), Prefill.PREFIX, text.text(), text.tokens())
                            != null;
            return byText;
        }
        if (!marks.suffice()) {
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
        boolean cannot = byText && !isPlain() && entry.backend().prefill() == Prefill.NOT_KNOWN;
        return cannot || failedWorkers.contains(entry);
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
