package io.skein.dashboard;

import io.skein.broker.Broker;
import io.skein.broker.Freshness;
import io.skein.broker.From;
import io.skein.broker.Refusal;
import io.skein.broker.Subscribe;
import io.skein.broker.Subscriber;
import io.skein.broker.Subscription;
import io.skein.machine.Lineage;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.skein.topic.TopicView;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The messages of one filter, as they come, for a person to look at. At most {@link ConsoleLimits#tailPerSecond} a second
 * are shown (as many at once after a pause), the rest is counted: nobody reads faster, and the node has other work.
 *
 * <p>Each event {@code tail} is {@code {"messages":[...],"skipped":n}}, with the cursor as its id; the first has
 * {@code "filter"}. A large message is {@code {"topic","offset","time","bytes"}}. Instead there may be {@code "gap"}, the number of
 * messages that retention took, or {@code "problem"}: {@code {"code","detail","retryable"}}.
 *
 * <p>Lives on the page's context.
 */
final class Tail implements Subscriber {
    /** Where events go. */
    interface Screen {
        boolean isFull();

        void write(Buffer event);
    }

    private static final Buffer COMMA = Buffer.buffer(",");

    private final Broker broker;
    private final ConsoleLimits limits;
    private final Screen screen;
    private final LongSupplier nanoTime;
    private final String text;
    private final String peer;
    private Optional<Lineage.Text> after;
    private Optional<Subscription> subscription = Optional.empty();
    private boolean beginAgain;
    private boolean closed;
    private long skipped;
    private double allowance;
    private long refilled;

    Tail(
            Broker broker,
            ConsoleLimits limits,
            Screen screen,
            LongSupplier nanoTime,
            String filter,
            Optional<Lineage.Text> after,
            String peer) {
        this.broker = broker;
        this.limits = limits;
        this.screen = screen;
        this.nanoTime = nanoTime;
        this.text = filter;
        this.after = after;
        this.peer = peer;
        this.allowance = limits.tailPerSecond();
        this.refilled = nanoTime.getAsLong();
    }

    void begin() {
        TopicFilter filter;
        try {
            filter = new TopicFilter(text);
        } catch (IllegalArgumentException wrong) {
            problem("malformed", wrong.getMessage(), false);
            return;
        }
        start(filter)
                .compose(from -> broker.subscribe(
                        new Subscribe(List.of(filter), from, Subscribe.UNLIMITED, "dashboard", peer), this))
                .onSuccess(this::begun)
                .onFailure(this::refused);
    }

    /** Once a second: tells what was skipped, and tries again when the stream ended for a passing reason. */
    void tick() {
        if (beginAgain) {
            beginAgain = false;
            begin();
        }
        if (skipped > 0 && !screen.isFull()) {
            screen.write(event(Optional.empty(), Buffer.buffer()));
        }
    }

    void close() {
        closed = true;
        subscription.ifPresent(Subscription::close);
        subscription = Optional.empty();
    }

    @Override
    public boolean deliver(List<StoredMessage> messages, String lastCursor) {
        after = Lineage.parse(lastCursor);
        refill();
        Buffer shown = Buffer.buffer();
        boolean full = screen.isFull();
        for (StoredMessage message : messages) {
            if (full || allowance < 1) {
                skipped++;
            } else {
                allowance--;
                if (shown.length() > 0) {
                    shown.appendBuffer(COMMA);
                }
                append(shown, message);
            }
        }
        if (shown.length() > 0) {
            screen.write(event(Optional.of(lastCursor), shown));
        }
        // Never paused: what a person cannot read need not be read from the store later.
        return true;
    }

    @Override
    public void gap(String requested, String resumedAt, long lost) {
        tell(new JsonObject().put("gap", lost));
    }

    @Override
    public void ended(String reason, boolean retry) {
        subscription = Optional.empty();
        beginAgain = retry;
        problem(reason, "the stream of " + text + " ended: " + reason, retry);
    }

    private void begun(Subscription begun) {
        if (closed) {
            begun.close();
        } else {
            subscription = Optional.of(begun);
            tell(new JsonObject().put("filter", text));
        }
    }

    private void refused(Throwable failure) {
        boolean passing = failure instanceof Refusal refusal
                && (refusal.kind() == Refusal.Kind.UNAVAILABLE || refusal.kind() == Refusal.Kind.TOO_MANY);
        beginAgain = passing;
        String code = failure instanceof Refusal refusal ? refusal.code() : "internal";
        problem(code, String.valueOf(failure.getMessage()), passing);
    }

    /** Goes on where it was; else with the last few messages where that is cheap to know, so that there is something to see. */
    private Future<From> start(TopicFilter filter) {
        if (after.isPresent()) {
            return Future.succeededFuture(new From.After(after.get()));
        }
        Future<From> recent = filter.isName()
                ? broker.topic(new TopicName(text), Freshness.NONE).map(topic -> newest(topic.view()))
                : broker.topics(Optional.of(filter), Freshness.NONE)
                        .map(topics -> topics.stream()
                                                .mapToLong(topic -> topic.view().count())
                                                .sum()
                                        <= limits.tailRecent()
                                ? From.EARLIEST
                                : From.LATEST);
        return recent.otherwise(From.LATEST);
    }

    private From newest(TopicView topic) {
        return new From.Offset(Math.max(topic.lowWater(), topic.nextOffset() - limits.tailRecent()));
    }

    private void refill() {
        long now = nanoTime.getAsLong();
        allowance = Math.min(limits.tailPerSecond(), allowance + (now - refilled) / 1e9 * limits.tailPerSecond());
        refilled = now;
    }

    private void append(Buffer out, StoredMessage message) {
        if (message.json().length <= limits.tailMessageBytes()) {
            out.appendBytes(message.json());
        } else {
            out.appendString(new JsonObject()
                    .put("topic", message.topic())
                    .put("offset", message.offset())
                    .put("time", message.time())
                    .put("bytes", message.json().length)
                    .encode());
        }
    }

    /** The messages are JSON already, of one line each. */
    private Buffer event(Optional<String> cursor, Buffer messages) {
        Buffer event = Buffer.buffer(messages.length() + 96);
        cursor.ifPresent(id -> event.appendString("id: ").appendString(id).appendString("\n"));
        event.appendString("event: tail\ndata: {\"messages\":[")
                .appendBuffer(messages)
                .appendString("],\"skipped\":" + skipped + "}\n\n");
        skipped = 0;
        return event;
    }

    private void problem(String code, String detail, boolean retryable) {
        tell(new JsonObject()
                .put(
                        "problem",
                        new JsonObject().put("code", code).put("detail", detail).put("retryable", retryable)));
    }

    private void tell(JsonObject data) {
        if (!closed && !screen.isFull()) {
            screen.write(StateJson.event("tail", data));
        }
    }
}
