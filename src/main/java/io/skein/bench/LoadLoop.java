package io.skein.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** One event loop of the generator, with its share of the publishers and subscribers. All of it runs there. */
final class LoadLoop extends VerticleBase {
    private static final long DRAIN_CHECK_MS = 10;
    /** When every subscriber has had what was acknowledged; what comes now was published by others. */
    private static final int QUIET_CHECKS = 2;
    /** When messages are missing: a busy machine may stand still for a moment. */
    private static final int QUIET_CHECKS_WHEN_MISSING = 100;
    /** Connections that are being made at the same time: more would overrun a server's accept queue. */
    private static final int CONNECTING = 32;

    private final LoadConfig config;
    private final LoadConfig.Publishing publishing;
    private final double nanosBetween;
    private final Receiver.Opening opening;
    private final Leash leash;
    private final int number;
    private final Tally.Live live;
    private final Tally tally;
    /** By the number of their publisher. */
    private final Map<Integer, Pump> pumps = new TreeMap<>();

    private final List<Listener> receivers = new ArrayList<>();
    private final AtomicBoolean called = new AtomicBoolean();
    private NetClient netClient;
    private WebSocketClient webSocketClient;

    /** @param number of this loop, from 0 to {@link LoadConfig#loops} */
    LoadLoop(LoadConfig config, Receiver.Opening opening, Leash leash, int number, Tally.Live live) {
        this.config = config;
        this.publishing = config.publishing();
        this.nanosBetween = publishing.nanosBetween();
        this.opening = opening;
        this.leash = leash;
        this.number = number;
        this.live = live;
        this.tally = new Tally(live);
    }

    Tally tally() {
        return tally;
    }

    @Override
    public Future<?> start() {
        Target target = config.where().target();
        netClient = vertx.createNetClient(target.secure(new NetClientOptions()
                .setTcpNoDelay(true)
                .setConnectTimeout(5000)
                .setHostnameVerificationAlgorithm("HTTPS")));
        webSocketClient = vertx.createWebSocketClient(target.secure(Receiver.options()));
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        return Future.join(netClient.close(), webSocketClient.close());
    }

    /** Subscribes this loop's share. Called from anywhere, as everything below. */
    Future<Void> subscribe() {
        return onLoop(() -> inTurn(
                config.listening().subscribers(),
                i -> opening.open(webSocketClient, tally)
                        .onSuccess(receivers::add)
                        .mapEmpty()));
    }

    /** Connects this loop's share of the publishers. */
    Future<Void> connect() {
        return onLoop(() -> inTurn(publishing.publishers(), i -> {
            Publisher publisher = publisher(i);
            int window = publishing.windowOfConnection();
            int batch = publishing.batch();
            Pump.Later later = (ms, task) -> vertx.setTimer(ms, timer -> task.run());
            Pump pump = publishing.isOpenLoop()
                    ? Pump.openLoop(later, System::nanoTime, publisher, tally, nanosBetween, window, batch)
                    : Pump.closedLoop(later, System::nanoTime, publisher, tally, leash, window, batch);
            return pump.connect().onSuccess(connected -> pumps.put(i, pump));
        }));
    }

    private Publisher publisher(int i) {
        Topics topics = new Topics(config.spread().prefix(), config.spread().topics(), i);
        Stamp stamp = new Stamp(publishing.bytes());
        Target target = config.where().target();
        int window = publishing.window();
        return switch (publishing.door()) {
            case WS -> new WebSocketPublisher(webSocketClient, target, topics, stamp, window);
            case CLIENT -> new ClientPublisher(vertx, target, topics, stamp, window, publishing.batch());
            case HTTP -> new HttpPublisher(netClient, target, topics, stamp);
            case TCP ->
                new TcpPublisher(
                        netClient, target.withPort(config.where().tcpPort()), topics, stamp, window, nanosBetween);
        };
    }

    /** Every loop has to know the measured time before any publishes: what it receives may come from another. */
    Future<Void> measure(long from, long to) {
        return onLoop(() -> {
            tally.measure(from, to);
            return Future.succeededFuture();
        });
    }

    /** Begins to publish at {@code start} and ends at {@code to}. */
    Future<Void> run(long start, long to) {
        return onLoop(() -> {
            // A closed loop asks nobody when something is due.
            double perSecond = Math.max(publishing.perSecond(), 1);
            pumps.forEach((i, pump) -> pump.start(new Pace(start, perSecond, i, publishing.publishers()), to));
            return Future.succeededFuture();
        });
    }

    /** In an open loop: looks what is due; on a leash: whether the subscribers have caught up. */
    void wake() {
        // A loop that is busy is called once, however long it takes to come.
        if (called.compareAndSet(false, true)) {
            context.runOnContext(now -> {
                called.set(false);
                pumps.values().forEach(Pump::fill);
            });
        }
    }

    /** Waits for answers, at most until {@code deadline}, and counts what has none. */
    Future<Void> end(long deadline) {
        return onLoop(() -> {
            Promise<Void> idle = Promise.promise();
            awaitIdle(deadline, -1, 0, idle);
            return idle.future().onSuccess(done -> {
                pumps.values().forEach(Pump::end);
                tally.end();
                // A node that stopped does not answer a close either; the clients' own close ends these.
                receivers.forEach(receiver -> receiver.close().onFailure(ignored -> {}));
            });
        });
    }

    /** Idle is who has every answer and to whose subscribers nothing has come for a while. */
    private void awaitIdle(long deadline, long arrivedBefore, int quietChecks, Promise<Void> idle) {
        pumps.values().forEach(Pump::fill);
        long arrived = tally.arrived();
        int quiet = arrived == arrivedBefore ? quietChecks + 1 : 0;
        // Of all loops: what another is still waiting for may be delivered here.
        boolean answered = pumps.values().stream().allMatch(Pump::isIdle)
                && live.sent.sum() <= live.acked.sum() + live.errors.sum();
        boolean missing =
                live.delivered.sum() < live.acked.sum() * config.listening().subscribers();
        int enough = missing ? QUIET_CHECKS_WHEN_MISSING : QUIET_CHECKS;
        // Whoever does not publish does not know when it should be quiet.
        boolean done = answered && (quiet >= enough || publishing.publishers() == 0);
        if (done || System.nanoTime() - deadline >= 0) {
            idle.complete();
        } else {
            vertx.setTimer(DRAIN_CHECK_MS, timer -> awaitIdle(deadline, arrived, quiet, idle));
        }
    }

    private interface Step {
        Future<Void> make(int number);
    }

    /** Makes those of {@code count} that are this loop's, some at a time. */
    private Future<Void> inTurn(int count, Step step) {
        List<Future<Void>> lanes = new ArrayList<>();
        for (int lane = 0; lane < CONNECTING; lane++) {
            lanes.add(lane(number + lane * config.loops(), count, step));
        }
        return Future.all(lanes).mapEmpty();
    }

    private Future<Void> lane(int next, int count, Step step) {
        if (next >= count) {
            return Future.succeededFuture();
        }
        return step.make(next).compose(made -> lane(next + CONNECTING * config.loops(), count, step));
    }

    private interface Work {
        Future<Void> go();
    }

    private Future<Void> onLoop(Work work) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(now -> {
            try {
                work.go().onComplete(done);
            } catch (RuntimeException e) {
                done.fail(e);
            }
        });
        return done.future();
    }
}
