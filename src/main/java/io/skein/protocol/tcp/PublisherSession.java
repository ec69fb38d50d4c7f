package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.broker.Allowance;
import io.skein.broker.Broker;
import io.skein.broker.Guest;
import io.skein.broker.Publish;
import io.skein.broker.PublishAck;
import io.skein.broker.Refusal;
import io.skein.machine.Rejection;
import io.skein.protocol.tcp.Unstored.Held;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A publisher. Its frames are published in commands of many, one command at a time, so that their order is kept whatever
 * happens to a command; while one is under way the next collects, and above a limit the socket is paused.
 *
 * <p>A publisher that wants answers gets {@code ERR} and decides itself. One that wants none cannot know, so what the broker
 * could not take now is offered again until it does, under a key that makes the repeat harmless.
 */
final class PublisherSession implements Session {
    private static final Logger LOG = LoggerFactory.getLogger(PublisherSession.class);

    private static final TopicName DEFAULT_TOPIC = new TopicName("default");
    private static final long FIRST_RETRY_MS = 50;
    private static final long LAST_RETRY_MS = 1000;

    private final TcpDoor door;
    private final NetSocket socket;
    private final Intake intake;
    private final Unread unread;
    /** Of what all unfinished requests of the node may hold. */
    private final Allowance.Share unfinished;

    private final String peer;
    private final Guest guest;
    private final Broker broker;
    private final PublisherFrames frames;
    private final Runnable flow = this::flow;
    private final String producer = UUID.randomUUID().toString();

    private final Unstored queue = new Unstored();
    private final HeldShare share;

    private List<Held> inFlight = List.of();
    private long batch;
    /** Whether what is in flight may have been stored: then it goes again as it is. */
    private boolean unsure;

    /** Nothing more is read; closed once everything before is answered, with {@link #lastWords} if there are any. */
    private boolean closing;

    private String lastWords = "";
    private boolean ended;
    private boolean closed;
    /** When it ended or was closed, whichever came first. */
    private long leftAt;

    private Optional<Promise<Void>> stopping = Optional.empty();

    private long tick = -1;
    private int quietTicks;
    private long dropped;
    private long published;

    PublisherSession(TcpDoor door, NetSocket socket, String peer, Guest guest) {
        this.door = door;
        this.socket = socket;
        this.peer = peer;
        this.guest = guest;
        this.broker = guest.broker();
        this.share = new HeldShare(door.held(), door.heldAside());
        this.intake = new Intake(socket);
        this.unread = new Unread(door, socket);
        this.unfinished = door.allowances().unfinished().share(door.context(), this::giveUp);
        this.frames = new PublisherFrames(door.settings().maxFrameBytes(), door.documents());
    }

    @Override
    public void data(Buffer data) {
        if (closing || stopping.isPresent()) {
            return;
        }
        quietTicks = 0;
        accept(frames.feed(data.getBytes()));
        if (frames.tooLong()) {
            LOG.warn(
                    "publisher {} sent a frame above {} bytes",
                    peer,
                    door.settings().maxFrameBytes());
            refuseRest("too-large", "a frame is at most " + door.settings().maxFrameBytes() + " bytes");
        }
        listen();
    }

    private void giveUp() {
        if (!closing && !closed) {
            frames.giveUp();
            refuseRest("overloaded", door.allowances().unfinished().why());
            flow();
        }
    }

    /** What waits is what it brought and is not stored. */
    @Override
    public Sight sight() {
        return new Sight(guest.name(), List.of(), List.of(), 0, published, share.bytes());
    }

    /** What was read is stored all the same, as when its peer goes. */
    @Override
    public void close() {
        unread.close();
    }

    @Override
    public void ended() {
        if (!ended) {
            leave();
            ended = true;
            if (!closing && stopping.isEmpty()) {
                accept(frames.idle());
            }
        }
        finish();
    }

    @Override
    public void closed() {
        leave();
        closed = true;
        flow();
        finish();
    }

    private void leave() {
        if (!ended && !closed) {
            leftAt = System.nanoTime();
        }
    }

    @Override
    public void drained() {
        flow();
    }

    @Override
    public Future<Void> stop() {
        Promise<Void> done = stopping.orElseGet(Promise::promise);
        stopping = Optional.of(done);
        flow();
        finish();
        return done.future();
    }

    private void accept(List<PublisherFrame> cut) {
        for (PublisherFrame frame : cut) {
            Held held = new Held(publication(frame), frame.ack());
            queue.add(held);
            share.add(held.bytes());
        }
        unfinished.hold(frames.buffered());
        publish();
        flow();
    }

    private Publication publication(PublisherFrame frame) {
        var message = new Message("", List.of(), frame.format(), "", frame.body());
        return Publication.of(topic(frame.topic()), message);
    }

    /** What names no topic that a publisher may write to goes to {@code default}, where people will look for it. */
    private TopicName topic(String text) {
        if (text.isEmpty()) {
            return DEFAULT_TOPIC;
        }
        try {
            TopicName name = new TopicName(text);
            if (!name.isSystem()) {
                return name;
            }
            LOG.info("publisher {} named the system topic {}; kept in {}", peer, text, DEFAULT_TOPIC);
        } catch (IllegalArgumentException problem) {
            LOG.info("publisher {}: {}; kept in {}", peer, problem.getMessage(), DEFAULT_TOPIC);
        }
        return DEFAULT_TOPIC;
    }

    private void publish() {
        if (!inFlight.isEmpty() || queue.isEmpty()) {
            return;
        }
        inFlight = queue.next();
        unsure = false;
        batch++;
        offer(inFlight.get(0).ack() ? Optional.empty() : Optional.of(producer + "-" + batch), FIRST_RETRY_MS);
    }

    private void offer(Optional<String> key, long retryMs) {
        List<Publication> messages = inFlight.stream().map(Held::publication).toList();
        broker.publish(new Publish(messages, false, Optional.empty(), TcpDoor.NAME, TcpDoor.NAME, key))
                .onComplete(this::stored, failure -> failed(failure, key, retryMs));
    }

    private void stored(PublishAck answer) {
        queue.taken();
        published += inFlight.size();
        for (int i = 0; i < inFlight.size(); i++) {
            settle(inFlight.get(i), answer.results().get(i));
        }
        settled();
    }

    private void settle(Held held, TopicOutcome.Result result) {
        if (result instanceof TopicOutcome.Refused refused) {
            refused(held, refused.rejected().reason().code(), refused.rejected().detail());
        } else if (held.ack()) {
            long offset = result instanceof TopicOutcome.Accepted accepted ? accepted.offset() : -1;
            say("OK " + held.publication().topic() + " " + offset);
        }
    }

    private void failed(Throwable failure, Optional<String> key, long retryMs) {
        if (!(failure instanceof Refusal refusal)) {
            LOG.error("publish for {} failed", peer, failure);
            refuseAll("internal", "not stored, or not known to be");
            return;
        }
        boolean wantsAck = inFlight.get(0).ack();
        unsure |= refusal.kind() == Refusal.Kind.INDETERMINATE;
        if (refusal.kind() == Refusal.Kind.TOO_MANY) {
            limited(refusal, key, retryMs);
            return;
        }
        if (key.isPresent() && refusal.code().equals(Rejection.TOO_MANY_KEYS.code())) {
            offer(Optional.empty(), retryMs); // better once without guard than not at all
        } else if (!wantsAck && isPassing(refusal.kind()) && isHarmless(refusal.kind(), key) && mayRetry()) {
            door.vertx().setTimer(retryMs, id -> offer(key, Math.min(2 * retryMs, LAST_RETRY_MS)));
        } else if (inFlight.size() > 1 && !isPassing(refusal.kind())) {
            queue.singly(inFlight);
            inFlight = List.of();
            publish();
        } else {
            refuseAll(refusal.code(), refusal.getMessage());
        }
    }

    /**
     * A limit lets no more through now. The socket waits until all that was read has gone. Of many, fewer are tried, so that
     * those go that still may. One that no answer was asked for waits.
     */
    private void limited(Refusal refusal, Optional<String> key, long retryMs) {
        share.setAside();
        flow();
        if (inFlight.size() > 1 && !unsure) {
            queue.halve(inFlight);
            inFlight = List.of();
            // Not within this call: the refusal may have come before the publish returned, and the next may too.
            door.context().runOnContext(v -> publish());
        } else if (!inFlight.get(0).ack() && mayRetry()) {
            long wait = refusal.facts().get("retryAfterMs") instanceof Long ms ? Math.min(ms, LAST_RETRY_MS) : retryMs;
            door.vertx().setTimer(wait, id -> offer(key, retryMs));
        } else {
            door.context().runOnContext(v -> {
                if (!inFlight.get(0).ack()) {
                    door.listener().refused(refusal.code(), inFlight.size());
                }
                refuseAll(refusal.code(), refusal.getMessage());
            });
        }
    }

    private static boolean isPassing(Refusal.Kind kind) {
        return switch (kind) {
            case UNAVAILABLE, INDETERMINATE, DISK_FULL, TOO_MANY -> true;
            case REJECTED, MALFORMED, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT, GONE, TOO_LARGE, TOO_MUCH ->
                false;
        };
    }

    /** Whether a repeat can store nothing twice. */
    private static boolean isHarmless(Refusal.Kind kind, Optional<String> key) {
        return key.isPresent() || kind != Refusal.Kind.INDETERMINATE;
    }

    private boolean mayRetry() {
        return !ended && !closed || System.nanoTime() - leftAt < door.settings().keepTryingMs() * 1_000_000;
    }

    private void refuseAll(String code, String text) {
        inFlight.forEach(held -> refused(held, code, text));
        settled();
    }

    private void refused(Held held, String code, String text) {
        if (held.ack()) {
            say("ERR " + code + " " + text);
        } else {
            drop(code, text);
        }
    }

    private void drop(String code, String text) {
        if (dropped == 0) {
            LOG.warn("a message of publisher {} was not stored, more are only counted: {} {}", peer, code, text);
        }
        dropped++;
    }

    private void settled() {
        int bytes = inFlight.stream().mapToInt(Held::bytes).sum();
        inFlight = List.of();
        share.add(-bytes);
        publish();
        flow();
        finish();
    }

    private void refuseRest(String code, String text) {
        closing = true;
        door.listener().refused(code, 1);
        if (frames.tooLongWantsAck()) {
            lastWords = "ERR " + code + " " + text;
        } else {
            drop(code, "and its connection is closed");
        }
        finish();
    }

    /** Ends what has nothing left to do. */
    private void finish() {
        if (!inFlight.isEmpty() || !queue.isEmpty()) {
            return;
        }
        if ((closing || ended) && !closed) {
            if (!lastWords.isEmpty()) {
                say(lastWords);
                lastWords = "";
            }
            if (closing) {
                unread.close();
            } else { // it may read its answers as slowly as it likes
                socket.close().onFailure(ignored -> {});
            }
        }
        if (closed && (ended || closing || stopping.isPresent())) {
            release();
        }
        stopping.ifPresent(Promise::tryComplete);
    }

    private void release() {
        door.vertx().cancelTimer(tick);
        door.held().forget(flow);
        unfinished.end();
        if (dropped > 0) {
            LOG.warn("publisher {} is gone; {} messages were not stored", peer, dropped);
            dropped = 0;
        }
        door.left(this);
    }

    private void say(String line) {
        if (!closed) {
            String one = line.replace('\n', ' ').replace('\r', ' ') + "\n";
            unread.write(Buffer.buffer(one.getBytes(UTF_8)));
        }
    }

    /** Reads on or pauses, whatever the limits say now. */
    private void flow() {
        boolean full = queue.size() >= door.settings().maxQueuedMessages()
                || share.bytes() >= door.settings().maxQueuedBytes()
                || share.waits()
                || door.held().isFull()
                || !closed && socket.writeQueueFull();
        boolean pause = full || closing || stopping.isPresent();
        if (door.held().isFull()) {
            door.held().whenFree(flow);
        }
        if (closed && (closing || stopping.isPresent())) {
            pause = false; // let what is left run out, unread
        }
        if (pause) {
            intake.pause();
        } else if (intake.isPaused()) {
            quietTicks = 0;
            intake.resume();
        }
    }

    private void listen() {
        if (tick < 0 && frames.waiting() != PublisherFrames.Waiting.NOTHING) {
            tick = door.vertx().setTimer(door.settings().tickMs(), id -> tick());
        }
    }

    /** Counted in one-shot timers that are set again: after a stop of the process only one of them is late. */
    private void tick() {
        tick = -1;
        if (closed) {
            return;
        }
        quietTicks = intake.isPaused() ? 0 : quietTicks + 1;
        boolean rest = frames.waiting() == PublisherFrames.Waiting.REST;
        if (quietTicks
                >= (rest ? door.settings().restQuietTicks() : door.settings().textQuietTicks())) {
            accept(frames.idle());
        }
        listen();
    }
}
