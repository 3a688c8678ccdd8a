package dev.unbusy.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * One try to get one request answered by one worker: finds a connection, sends, and passes the answer on. A pooled
 * connection that turns out to have been closed by the worker in the meantime is replaced by a fresh one, once, without
 * troubling the owner. Used on one event loop.
 */
final class Attempt implements WorkerConnection.User, WorkerConnections.Wanting {
    /** Whose attempt it is. */
    interface Owner extends WorkerConnection.User {
        /** The request has been written to a connection; it may be said again for a fresh connection. */
        void sent();
    }

    private final WorkerConnections connections;
    private final Backend backend;
    private final ByteBuf head;
    private final ByteBuf body;
    private final Owner owner;
    private @Nullable WorkerConnection connection;
    private boolean over;
    private boolean released;

    /**
     * @param head taken over
     * @param body only borrowed: it must live until the head of the answer has arrived or the attempt is over
     */
    Attempt(WorkerConnections connections, Backend backend, ByteBuf head, ByteBuf body, Owner owner) {
        this.connections = connections;
        this.backend = backend;
        this.head = head;
        this.body = body;
        this.owner = owner;
    }

    void start() {
        WorkerConnection idle = connections.takeIdle(backend);
        if (idle != null) {
            connected(idle);
        } else {
            connect();
        }
    }

    private void connect() {
        connections.connect(backend, this);
    }

    void pauseReading(boolean pause) {
        if (connection != null) {
            connection.pauseReading(pause);
        }
    }

    /** Ends it without an answer; the worker learns it from the closed connection. */
    void cancel() {
        if (end() && connection != null) {
            connection.abandon();
        }
    }

    @Override
    public void connected(WorkerConnection newConnection) {
        if (!newConnection.isOpen()) {
            failed("the connection ended as soon as it was made");
            return;
        }
        connection = newConnection;
        newConnection.send(this, head.retainedDuplicate(), body.retainedDuplicate());
        owner.sent();
    }

    @Override
    public void failed(String detail) {
        if (end()) {
            owner.lost(Loss.CONNECT, detail);
        }
    }

    @Override
    public boolean gaveUp() {
        return over;
    }

    @Override
    public void head(HttpResponse response, boolean untilClose) {
        releaseHead();
        owner.head(response, untilClose);
    }

    @Override
    public void content(ByteBuf content) {
        owner.content(content);
    }

    @Override
    public void ended() {
        if (end()) {
            owner.ended();
        }
    }

    @Override
    public void lost(Loss loss, String detail) {
        WorkerConnection lost = connection;
        if (!over && lost != null && lost.usedBefore() && !lost.headSeen() && loss == Loss.CLOSED) {
            connection = null;
            connect();
        } else if (end()) {
            owner.lost(loss, detail);
        }
    }

    @Override
    public void readComplete() {
        owner.readComplete();
    }

    private boolean end() {
        if (over) {
            return false;
        }
        over = true;
        releaseHead();
        return true;
    }

    private void releaseHead() {
        if (!released) {
            released = true;
            head.release();
        }
    }
}
