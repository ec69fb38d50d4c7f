package io.skein.bench;

import io.vertx.core.Future;
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

    /** Calls somebody later, on this event loop. */
    interface Later {
        void after(long ms, Runnable task);
    }

    private final Later later;
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
    private boolean connected;
    private boolean started;
    private boolean ended;
    private boolean paused;

    private Pump(
            Later later,
            LongSupplier clock,
            Publisher publisher,
            Tally tally,
            Leash leash,
            double nanosBetween,
            int window,
            int batch) {
        this.leash = leash;
        this.later = later;
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
            Later later, LongSupplier clock, Publisher publisher, Tally tally, Leash leash, int window, int batch) {
        return new Pump(later, clock, publisher, tally, leash, 0, window, batch);
    }

    /**
     * Sends what is due, at most {@code batch} together, and never more than {@code window} under way.
     *
     * @param nanosBetween from one message of this publisher to its next
     */
    static Pump openLoop(
            Later later,
            LongSupplier clock,
            Publisher publisher,
            Tally tally,
            double nanosBetween,
            int window,
            int batch) {
        return new Pump(later, clock, publisher, tally, Leash.NONE, nanosBetween, window, batch);
    }

    /** To be done before {@link #start}. */
    Future<Void> connect() {
        return publisher.connect(this).onSuccess(done -> connected = true);
    }

    /**
     * Begins to send. What is due from {@code to} on, in a closed loop what could be sent from then on, is not.
     *
     * @param due when messages are due; not asked in a closed loop
     */
    void start(Pace due, long to) {
        this.pace = due;
        this.to = to;
        started = true;
        if (connected) {
            fill();
        } else {
            reconnectLater();
        }
    }

    /** Sends what may be sent. In an open loop this has to be called when something is due. */
    void fill() {
        while (started && connected && !paused && !ended) {
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
        tally.sent(messages);
        publisher.publish(due, messages);
    }

    /** The time is over, and answers were waited for: counts what has none. */
    void end() {
        ended = true;
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
            later.after(PAUSE_MS, () -> {
                paused = false;
                fill();
            });
        }
    }

    @Override
    public void closed() {
        connected = false;
        if (started) {
            reconnectLater();
        }
    }

    private void reconnectLater() {
        if (!ended && clock.getAsLong() - to < 0) {
            later.after(RECONNECT_MS, this::reconnect);
        }
    }

    private void reconnect() {
        if (ended) {
            return;
        }
        connect().onSuccess(done -> fill()).onFailure(failure -> {
            tally.failed(clock.getAsLong(), 1, "no-connection");
            reconnectLater();
        });
    }
}
