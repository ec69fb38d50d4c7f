package io.skein.broker;

import io.skein.account.AccountName;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** A gate that lets everybody in as a stranger who may everything: for tests of doors over any broker. */
public final class OpenGate implements Gate {
    private final Broker broker;

    private OpenGate(Broker broker) {
        this.broker = broker;
    }

    public static Gate of(Broker broker) {
        return new OpenGate(broker);
    }

    @Override
    public Future<Guest> enter(Optional<String> token, String peer) {
        return Future.succeededFuture(stranger());
    }

    @Override
    public Guest stranger() {
        return new Guest() {
            @Override
            public Optional<AccountName> name() {
                return Optional.empty();
            }

            @Override
            public boolean isAdmin() {
                return false;
            }

            @Override
            public boolean mayAdminister() {
                return true;
            }

            @Override
            public Broker broker() {
                return broker;
            }

            @Override
            public Accounts accounts() {
                throw new UnsupportedOperationException("there are no accounts here");
            }

            @Override
            public Mailbox mail() {
                throw new UnsupportedOperationException("there is no mail here");
            }

            @Override
            public Stay stay() {
                return Stay.UNCOUNTED;
            }

            @Override
            public void whenGone(Runnable then) {}

            @Override
            public void whenNoAdmin(Runnable then) {}

            @Override
            public void leave() {}
        };
    }

    @Override
    public boolean isLocked() {
        return false;
    }

    @Override
    public NodeStatus status() {
        return broker.status();
    }

    @Override
    public Future<Void> caughtUp() {
        return broker.read(new Read(List.of(new TopicFilter("#")), From.LATEST, 1, 0, Freshness.LINEARIZABLE))
                .mapEmpty();
    }

    @Override
    public Connection connected(String door, String peer) {
        return broker.connected(door, peer);
    }

    @Override
    public Runnable show(String door, String peer, LongLived connection) {
        return () -> {};
    }
}
