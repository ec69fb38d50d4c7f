package io.skein.bench;

import io.vertx.core.Vertx;

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
    private final Publisher publisher;
    private final Tally tally;
    private final double nanosBetween;
    private final int window;
    private final int batch;
    private Pace pace;
    private long to;
    private long sent;
    private int inFlight;
    private boolean running;
    private boolean paused;

    private Pump(Vertx vertx, Publisher publisher, Tally tally, double nanosBetween, int window, int batch) {
        this.vertx = vertx;
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
    static Pump closedLoop(Vertx vertx, Publisher publisher, Tally tally, int window, int batch) {
        return new Pump(vertx, publisher, tally, 0, window, batch);
    }

    /**
     * Sends what is due, at most {@code batch} together, and never more than {@code window} under way.
     *
     * @param nanosBetween from one message of this publisher to its next
     */
    static Pump openLoop(Vertx vertx, Publisher publisher, Tally tally, double nanosBetween, int window, int batch) {
        return new Pump(vertx, publisher, tally, nanosBetween, window, batch);
    }

    /**
     * Begins to send. Nothing is sent from {@code to} on.
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
            long now = System.nanoTime();
            if (now - to >= 0) {
                return;
            }
            int room = window - inFlight;
            if (isClosedLoop()) {
                if (room < batch) {
                    return;
                }
                send(now, batch);
            } else {
                int messages = (int) Math.min(Math.min(room, batch), pace.dueBy(now) - sent);
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
        long now = System.nanoTime();
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

    boolean isIdle() {
        return inFlight == 0;
    }

    @Override
    public void acked(long due, int count) {
        inFlight -= count;
        tally.acked(System.nanoTime(), due, count, nanosBetween);
        fill();
    }

    @Override
    public void failed(long due, int count, String code) {
        inFlight -= count;
        tally.failed(System.nanoTime(), count, code);
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
        if (System.nanoTime() - to < 0) {
            vertx.setTimer(
                    RECONNECT_MS,
                    timer -> publisher
                            .connect(this)
                            .onSuccess(connected -> {
                                running = true;
                                fill();
                            })
                            .onFailure(failure -> {
                                tally.failed(System.nanoTime(), 1, "no-connection");
                                reconnectLater();
                            }));
        }
    }
}
