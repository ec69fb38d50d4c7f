package io.skein.broker;

import io.skein.account.AccountName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;

/** A gate where whoever shows a token waits until the test says what of him; all else is an open one's. */
public final class AskedGate implements Gate {
    private final Gate open;
    private final Promise<Void> asked = Promise.promise();
    private final Promise<Guest> found = Promise.promise();
    private volatile Runnable gone = () -> {};

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

    /** Somebody with these, to whom nothing else is open. */
    public void letIn(Accounts accounts, Mailbox mail) {
        Guest stranger = open.stranger();
        found.complete(new Guest() {
            @Override
            public Optional<AccountName> name() {
                return Optional.of(new AccountName("anna"));
            }

            @Override
            public boolean isAdmin() {
                return false;
            }

            @Override
            public boolean mayAdminister() {
                return false;
            }

            @Override
            public Broker broker() {
                return stranger.broker();
            }

            @Override
            public Accounts accounts() {
                return accounts;
            }

            @Override
            public Mailbox mail() {
                return mail;
            }

            @Override
            public Stay stay() {
                return Stay.UNCOUNTED;
            }

            @Override
            public void whenGone(Runnable then) {
                gone = then;
            }

            @Override
            public void whenNoAdmin(Runnable then) {}

            @Override
            public void leave() {}
        });
    }

    /** What he came in with holds no longer. On his connection's context. */
    public void turnOut() {
        gone.run();
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

    @Override
    public Runnable show(String door, String peer, LongLived connection) {
        return () -> {};
    }
}
