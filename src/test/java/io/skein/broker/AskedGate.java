package io.skein.broker;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;

/** A gate where whoever shows a token waits until the test says what of him; all else is an open one's. */
public final class AskedGate implements Gate {
    private final Gate open;
    private final Promise<Void> asked = Promise.promise();
    private final Promise<Guest> found = Promise.promise();

    public AskedGate(Broker broker) {
        this.open = OpenGate.of(broker);
    }

    /** Completes when somebody has shown a token. */
    public Future<Void> asked() {
        return asked.future();
    }

    public void refuse(Refusal.Kind kind, String code) {
        found.fail(Refusal.of(kind, code, "the test says so"));
    }

    @Override
    public Future<Guest> enter(Optional<String> token, String peer) {
        asked.tryComplete();
        return found.future();
    }

    @Override
    public Guest stranger() {
        return open.stranger();
    }

    @Override
    public boolean isLocked() {
        return false;
    }

    @Override
    public NodeStatus status() {
        return open.status();
    }

    @Override
    public Future<Void> caughtUp() {
        return open.caughtUp();
    }

    @Override
    public Connection connected(String door, String peer) {
        return open.connected(door, peer);
    }
}
