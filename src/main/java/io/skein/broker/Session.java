package io.skein.broker;

import io.skein.machine.Cursor;
import io.skein.store.Reader;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import java.util.List;

/**
 * One live stream, on its own event loop. It reads from the store until it has caught up, is live from then on, and goes
 * back to reading when its subscriber did not keep up: what it has not delivered is only ever in the store.
 *
 * <p>Invariant: every matching message up to {@code position} was delivered or reported as a gap, none above it was.
 */
final class Session implements Subscription {
    /** Messages of one page while catching up; its bytes are {@link Sessions#pageBytes}. */
    private static final int PAGE_MESSAGES = 512;

    private enum State {
        /** A page is being read. */
        READING,
        /** Waits for credit or for the socket; then reads. */
        BEHIND,
        LIVE,
        CLOSED
    }

    private final String id;
    private final Sessions sessions;
    private final History history;
    private final Subscribe subscribe;
    private final Subscriber subscriber;
    private final History.Start start;
    private final Runnable whenClosed;

    private State state = State.BEHIND;
    private Cursor position;
    /** Trims that are no news, by number. */
    private long told;

    private long credit;
    private boolean paused;
    private boolean giving;
    private long delivered;
    /** Bytes of the page that is being read, or that the subscriber was given and its socket has not taken. */
    private long held;

    Session(
            String id,
            Sessions sessions,
            History history,
            Subscribe subscribe,
            Subscriber subscriber,
            History.Start start,
            Runnable whenClosed) {
        this.id = id;
        this.whenClosed = whenClosed;
        this.sessions = sessions;
        this.history = history;
        this.subscribe = subscribe;
        this.subscriber = subscriber;
        this.start = start;
        this.position = start.after();
        this.told = start.told();
        this.credit = subscribe.credit();
    }

    List<TopicFilter> filters() {
        return subscribe.filters();
    }

    SubscriberInfo info() {
        return new SubscriberInfo(
                id,
                subscribe.door(),
                subscribe.peer(),
                subscribe.filters().stream().map(TopicFilter::value).toList(),
                cursor(),
                delivered,
                state != State.LIVE);
    }

    void begin() {
        sessions.join(this);
        if (start.gap().isPresent()) {
            Page.Gap gap = start.gap().get();
            subscriber.gap(start.requested(), gap.earliest(), gap.lost());
        }
        readOn();
    }

    @Override
    public String start() {
        return sessions.text(start.after());
    }

    @Override
    public String cursor() {
        return sessions.text(position);
    }

    @Override
    public void credit(long messages) {
        credit = Math.min(Subscribe.UNLIMITED, credit + Math.max(0, messages));
        readOn();
    }

    @Override
    public void resume() {
        paused = false;
        release();
        readOn();
    }

    @Override
    public void close() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            release();
            sessions.leave(this);
            whenClosed.run();
        }
    }

    void tell(String health) {
        if (state != State.CLOSED) {
            subscriber.status(health);
        }
    }

    /** The stream ends by the node's will. */
    void end(String reason, boolean retry) {
        if (state != State.CLOSED) {
            close();
            subscriber.ended(reason, retry);
        }
    }

    void fallBehind(Cursor seen) {
        if (state == State.LIVE) {
            position = later(position, seen);
            state = State.BEHIND;
            readOn();
        }
    }

    /** @param before everything up to here this session has seen if it is live */
    void live(List<StoredMessage> messages, Cursor before) {
        if (state != State.LIVE) {
            return;
        }
        List<StoredMessage> news = after(messages);
        if (news.isEmpty()) {
            return;
        }
        if (paused || credit < news.size()) {
            position = later(position, before);
            state = State.BEHIND;
            if (!paused && credit > 0) {
                give(news.subList(0, (int) credit));
                readOn();
            }
            return;
        }
        give(news);
    }

    private static Cursor later(Cursor a, Cursor b) {
        return a.isAfter(b) ? a : b;
    }

    /** Skips what a position ahead of the log, or an offset not reached yet, does not want. */
    private List<StoredMessage> after(List<StoredMessage> messages) {
        int from = 0;
        while (from < messages.size()
                && (!messages.get(from).cursor().isAfter(position)
                        || start.floor().isAbove(messages.get(from)))) {
            from++;
        }
        return from == 0 ? messages : messages.subList(from, messages.size());
    }

    private void give(List<StoredMessage> messages) {
        position = messages.get(messages.size() - 1).cursor();
        credit -= messages.size();
        delivered += messages.size();
        sessions.countDelivered(messages.size());
        if (TraceLog.isOn()) {
            TraceLog.delivered(messages, subscribe.door(), subscribe.peer());
        }
        // A subscriber may give credit from within: what follows from it waits until the state is what it will be.
        giving = true;
        try {
            if (!subscriber.deliver(messages, sessions.text(position))) {
                paused = true;
                if (held == 0 && state != State.CLOSED) {
                    hold(bytes(messages));
                }
            }
        } finally {
            giving = false;
        }
    }

    private void readOn() {
        if (giving || state != State.BEHIND || paused || credit <= 0) {
            return;
        }
        state = State.READING;
        int limit = (int) Math.min(PAGE_MESSAGES, credit);
        long bytes = sessions.pageBytes();
        hold(bytes);
        history.page(new History.Wanted(subscribe.filters(), position, told, start.floor(), limit, bytes))
                .onComplete(read -> {
                    if (state == State.CLOSED) {
                        return;
                    }
                    if (read.failed()) {
                        end(read.cause() instanceof Refusal refusal ? refusal.code() : "read-failed", true);
                    } else {
                        onPage(read.result());
                    }
                });
    }

    private void onPage(History.Slice slice) {
        told = slice.told();
        if (!slice.losses().isEmpty()) {
            // Not beyond what comes now: whoever comes back with this cursor must not miss other topics' messages.
            Cursor goesOn = slice.messages().isEmpty()
                    ? slice.through()
                    : Reader.before(slice.messages().get(0).cursor());
            subscriber.gap(sessions.text(position), sessions.text(later(position, goesOn)), lost(slice.losses()));
        }
        state = State.BEHIND;
        if (!slice.messages().isEmpty()) {
            give(slice.messages());
        }
        if (state == State.CLOSED) {
            return;
        }
        if (!paused) {
            release();
        }
        position = later(position, slice.through());
        if (slice.live()) {
            // Batches reach this loop in log order, and this page stands in that order where it was read.
            state = State.LIVE;
        } else {
            readOn();
        }
    }

    private void hold(long bytes) {
        held += bytes;
        sessions.hold(bytes);
    }

    private void release() {
        sessions.hold(-held);
        held = 0;
    }

    static long bytes(List<StoredMessage> messages) {
        long bytes = 0;
        for (StoredMessage message : messages) {
            bytes += message.json().length;
        }
        return bytes;
    }

    private static long lost(List<History.Loss> losses) {
        long lost = 0;
        for (History.Loss loss : losses) {
            if (loss.lost() < 0) {
                return -1;
            }
            lost += loss.lost();
        }
        return lost;
    }
}
