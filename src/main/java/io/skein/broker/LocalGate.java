package io.skein.broker;

import io.skein.account.BearerHash;
import io.skein.account.Permit;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;

/** The gate of one node. */
public final class LocalGate implements Gate {
    /** Longer than any token that this node gives, and than those of issuers need be. */
    private static final int MAX_TOKEN = 4096;

    private final Vertx vertx;
    private final Broker hall;
    private final GateConfig config;
    private final Access access;
    private final Throttle throttle;
    private final LocalAccounts accounts;
    private final Mail mail;
    private final Residents residents;
    private final Optional<Issuer> issuer;
    private final WallClock clock;

    /**
     * @param hall the same broker, as those who come in shall see it
     * @throws IllegalArgumentException with a sentence for the operator when an issuer's keys cannot be read
     */
    public LocalGate(Vertx vertx, LocalBroker broker, Broker hall, GateConfig config) {
        this.vertx = vertx;
        this.hall = hall;
        this.config = config;
        this.access = broker.access();
        this.throttle = broker.throttle();
        this.accounts = broker.accounts(config);
        this.mail = broker.mail();
        this.residents = broker.residents();
        this.clock = broker.clock();
        this.issuer = config.issuer().map(believed -> new Issuer(vertx, believed, clock));
    }

    @Override
    public Future<Guest> enter(Optional<String> token, String peer) {
        if (token.isEmpty()) {
            Guest stranger = stranger();
            return config.locked()
                    ? Future.failedFuture(((LocalGuest) stranger).unknown())
                    : Future.succeededFuture(stranger);
        }
        if (token.get().isEmpty() || token.get().length() > MAX_TOKEN) {
            return Future.failedFuture(LocalGuest.notGood());
        }
        BearerHash shown = BearerHash.of(token.get());
        if (issuer.isPresent() && Issuer.looksLikeOne(token.get())) {
            return issuer.get()
                    .vouched(token.get())
                    .compose(vouched -> access.permit(shown, vouched, peer))
                    .map(this::welcome);
        }
        return access.permit(shown, peer).map(this::welcome);
    }

    private Guest welcome(Permit permit) {
        LocalGuest guest = guest(Optional.of(permit));
        access.watch(guest);
        return guest;
    }

    @Override
    public Guest stranger() {
        return guest(Optional.empty());
    }

    private LocalGuest guest(Optional<Permit> permit) {
        return new LocalGuest(
                access, throttle, clock, vertx.getOrCreateContext(), config.locked(), permit, hall, accounts, mail);
    }

    @Override
    public boolean isLocked() {
        return config.locked();
    }

    @Override
    public WallClock clock() {
        return clock;
    }

    @Override
    public NodeStatus status() {
        return hall.status();
    }

    /** A linearizable read of nothing. */
    @Override
    public Future<Void> caughtUp() {
        return hall.read(new Read(List.of(new TopicFilter("#")), From.LATEST, 1, 0, Freshness.LINEARIZABLE))
                .mapEmpty();
    }

    @Override
    public Connection connected(String door, String peer) {
        return hall.connected(door, peer);
    }

    @Override
    public Runnable show(String door, String peer, LongLived connection) {
        return residents.enter(door, peer, connection);
    }

    /** See {@link LocalAccounts#firstAdmin}. */
    public Future<Optional<String>> firstAdmin(Optional<String> token) {
        return accounts.firstAdmin(token);
    }
}
