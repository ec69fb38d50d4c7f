package io.skein.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts load on a node and says what came of it. Blocks its caller; everything else happens on event loops of its own.
 */
public final class Load {
    private static final Logger LOG = LoggerFactory.getLogger(Load.class);
    /** Waits so long for answers after the measured time. */
    private static final Duration DRAIN = Duration.ofSeconds(3);

    private static final Duration CONNECT = Duration.ofSeconds(30);
    private static final Duration CLOSE = Duration.ofSeconds(10);
    /** How often an open loop looks what is due: below what a network hop costs. */
    private static final long TICK_NANOS = 50_000;
    /** How often publishers on a leash look; every acknowledgement makes them look too. */
    private static final long LEASH_NANOS = 1_000_000;

    private final LoadConfig config;
    private final Receiver.Opening opening;
    private final Consumer<String> progress;
    private final Tally.Live live = new Tally.Live();

    private Load(LoadConfig config, Receiver.Opening opening, Consumer<String> progress) {
        this.config = config;
        this.opening = opening;
        this.progress = progress;
    }

    /**
     * Runs for the warm-up and the measured time, and at most 45 seconds more.
     *
     * @param progress told a line each second
     * @throws IOException when a connection or a subscription is refused
     * @throws TimeoutException when not every connection was there in time
     */
    public static LoadReport run(LoadConfig config, Consumer<String> progress) throws IOException, TimeoutException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(config.loops()));
        try {
            return run(vertx, config, progress);
        } finally {
            quietly(vertx.close());
        }
    }

    static LoadReport run(Vertx vertx, LoadConfig config, Consumer<String> progress)
            throws IOException, TimeoutException {
        Target target = config.where().target();
        String filter = config.spread().filter();
        return config.publishing().door() == LoadConfig.Door.CLIENT
                ? run(
                        vertx,
                        config,
                        (client, tally) -> ClientReceiver.subscribe(vertx, target, filter, tally),
                        progress)
                : run(vertx, config, (client, tally) -> Receiver.subscribe(client, target, filter, tally), progress);
    }

    static LoadReport run(Vertx vertx, LoadConfig config, Receiver.Opening opening, Consumer<String> progress)
            throws IOException, TimeoutException {
        return new Load(config, opening, progress).run(vertx);
    }

    private LoadReport run(Vertx vertx) throws IOException, TimeoutException {
        Leash leash = Leash.of(config.listening(), live.delivered);
        List<LoadLoop> loops = new ArrayList<>();
        List<Future<String>> deployed = new ArrayList<>();
        for (int i = 0; i < config.loops(); i++) {
            LoadLoop loop = new LoadLoop(config, opening, leash, i, live);
            loops.add(loop);
            deployed.add(vertx.deployVerticle(loop));
        }
        try {
            await(Future.all(deployed).mapEmpty(), CONNECT);
            // Subscribers first: one from "latest" must not miss what is published.
            await(reached(all(loops, LoadLoop::subscribe)), CONNECT);
            await(reached(all(loops, LoadLoop::connect)), CONNECT);
            long start = System.nanoTime();
            long from = start + config.times().warmUp().toNanos();
            long to = from + config.times().measured().toNanos();
            await(all(loops, loop -> loop.measure(from, to)), CONNECT);
            await(all(loops, loop -> loop.run(start, to)), CONNECT);
            watch(loops, from, to);
            long deadline = to + DRAIN.toNanos();
            await(all(loops, loop -> loop.end(deadline)), DRAIN.plus(CLOSE));
            Tally sum = new Tally(live);
            loops.forEach(loop -> sum.add(loop.tally()));
            return LoadReport.of(config, sum);
        } finally {
            List<Future<Void>> undeployed = new ArrayList<>();
            deployed.forEach(id -> {
                if (id.succeeded()) {
                    undeployed.add(vertx.undeploy(id.result()));
                }
            });
            quietly(Future.join(undeployed).mapEmpty());
        }
    }

    /** Until {@code to}: wakes an open loop, and says each second how it goes. */
    private void watch(List<LoadLoop> loops, long from, long to) {
        boolean wakes = config.publishing().isOpenLoop() || config.listening().maxLag() > 0;
        long second = TimeUnit.SECONDS.toNanos(1);
        long tick = config.publishing().isOpenLoop() ? TICK_NANOS : wakes ? LEASH_NANOS : second / 20;
        long said = System.nanoTime();
        long acked = 0;
        long delivered = 0;
        for (long now = said; now - to < 0; now = System.nanoTime()) {
            if (wakes) {
                loops.forEach(LoadLoop::wake);
            }
            if (now - said >= second) {
                long ackedNow = live.acked.sum();
                long deliveredNow = live.delivered.sum();
                progress.accept(String.format(
                        Locale.ROOT,
                        "%-8s %,9d acknowledged/s %,10d delivered/s %,8d errors",
                        now - from < 0 ? "warm-up" : (now - from) / second + " s",
                        (ackedNow - acked) * second / (now - said),
                        (deliveredNow - delivered) * second / (now - said),
                        live.errors.sum()));
                said = now;
                acked = ackedNow;
                delivered = deliveredNow;
            }
            LockSupport.parkNanos(Math.min(tick, to - now));
        }
    }

    private Future<Void> reached(Future<Void> connections) {
        return connections.recover(cause -> Future.failedFuture(
                new IOException("no node answers at " + config.where().url() + ": " + cause.getMessage(), cause)));
    }

    private static Future<Void> all(List<LoadLoop> loops, Function<LoadLoop, Future<Void>> step) {
        return Future.all(loops.stream().map(step).toList()).mapEmpty();
    }

    /** Throws what the future failed with. */
    private static void await(Future<Void> future, Duration time) throws IOException, TimeoutException {
        future.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What does not close in time must not cost the figures: the process ends anyway. */
    static void quietly(Future<Void> closing) {
        try {
            await(closing.otherwiseEmpty(), CLOSE);
        } catch (IOException | TimeoutException e) {
            LOG.warn("connections of the load generator did not close within {} s", CLOSE.toSeconds());
        }
    }
}
