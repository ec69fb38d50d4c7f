package io.skein.bench;

import io.vertx.core.Vertx;
import java.util.function.LongSupplier;

/**
 * Decides when one publisher sends. In a closed loop whenever there is room in its window for a whole batch; in an open
 * loop when messages are due, as many together as are due. What is due while the window is full waits as a number. Lives
 * on its publisher's event loop.
 */
final class Pump implements Publisher.Answers {
    /** After a refusal: hammering a node that has no leader measures nothing. */
    private static final long PAUSE_MS = 10;

    private static final long RECONNECT_MS = 100;

    private final Vertx vertx;
    private final LongSupplier clock;
    private final Publisher publisher;
    private final Tally tally;
    private final Leash leash;
    private final double nanosBetween;
    private final int window;
    private final int batch;
    private Pace pace;
    private long to;
    private long sent;
    private int inFlight;
    private boolean running;
    private boolean paused;

    private Pump(
            Vertx vertx,
            LongSupplier clock,
            Publisher publisher,
            Tally tally,
            Leash leash,
            double nanosBetween,
            int window,
            int batch) {
        this.leash = leash;
        this.vertx = vertx;
        this.clock = clock;
        this.publisher = publisher;
        this.tally = tally;
        this.nanosBetween = nanosBetween;
        this.window = window;
        this.batch = batch;
    }

    /**
     * Sends whenever there is room.
     *
     * @param window messages under way, at least {@code batch}
     * @param batch messages sent together
     */
    static Pump closedLoop(
            Vertx vertx, LongSupplier clock, Publisher publisher, Tally tally, Leash leash, int window, int batch) {
        return new Pump(vertx, clock, publisher, tally, leash, 0, window, batch);
    }

    /**
     * Sends what is due, at most {@code batch} together, and never more than {@code window} under way.
     *
     * @param nanosBetween from one message of this publisher to its next
     */
    static Pump openLoop(
            Vertx vertx,
            LongSupplier clock,
            Publisher publisher,
            Tally tally,
            double nanosBetween,
            int window,
            int batch) {
        return new Pump(vertx, clock, publisher, tally, Leash.NONE, nanosBetween, window, batch);
    }

    /**
     * Begins to send. What is due from {@code to} on, in a closed loop what could be sent from then on, is not.
     *
     * @param due when messages are due; not asked in a closed loop
     */
    void start(Pace due, long to) {
        this.pace = due;
        this.to = to;
        running = true;
        fill();
    }

    /** Sends what may be sent. In an open loop this has to be called when something is due. */
    void fill() {
        while (running && !paused) {
            long now = clock.getAsLong();
            int room = window - inFlight;
            if (isClosedLoop()) {
                if (now - to >= 0 || room < batch || !leash.take(now, batch)) {
                    return;
                }
                send(now, batch);
            } else {
                int messages = (int) Math.min(Math.min(room, batch), pace.dueBy(now - to < 0 ? now : to - 1) - sent);
                if (messages <= 0) {
                    return;
                }
                send(pace.dueAt(sent), messages);
            }
        }
    }

    private void send(long due, int messages) {
        inFlight += messages;
        sent += messages;
        publisher.publish(due, messages);
    }

    /** The time is over, and answers were waited for: counts what has none. */
    void end() {
        running = false;
        publisher.close().onFailure(ignored -> {});
        long now = clock.getAsLong();
        if (isClosedLoop()) {
            tally.unanswered(now, to - 1, inFlight, 0);
        } else {
            // As if the newest had no answer: whatever really is on its way is at least as old.
            tally.unanswered(now, pace.dueAt(sent - inFlight), pace.dueBy(to - 1) - sent + inFlight, nanosBetween);
        }
    }

    private boolean isClosedLoop() {
        return nanosBetween == 0;
    }

    /** Whether everything that was or had to be sent is answered. */
    boolean isIdle() {
        return inFlight == 0 && (isClosedLoop() || sent >= pace.dueBy(to - 1));
    }

    @Override
    public void acked(long due, int count) {
        inFlight -= count;
        tally.acked(clock.getAsLong(), due, count, nanosBetween);
        fill();
    }

    @Override
    public void failed(long due, int count, String code) {
        inFlight -= count;
        tally.failed(clock.getAsLong(), count, code);
        if (!paused) {
            paused = true;
            vertx.setTimer(PAUSE_MS, timer -> {
                paused = false;
                fill();
            });
        }
    }

    @Override
    public void closed() {
        if (!running) {
            return;
        }
        running = false;
        reconnectLater();
    }

    private void reconnectLater() {
        if (clock.getAsLong() - to < 0) {
            vertx.setTimer(
                    RECONNECT_MS,
                    timer -> publisher
                            .connect(this)
                            .onSuccess(connected -> {
                                running = true;
                                fill();
                            })
                            .onFailure(failure -> {
                                tally.failed(clock.getAsLong(), 1, "no-connection");
                                reconnectLater();
                            }));
        }
    }
}
