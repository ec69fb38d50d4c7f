package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.broker.Broker;
import io.skein.broker.Guest;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscriber: one live stream of the broker for each filter, each from the beginning; {@link OnceEach} sees to it that a
 * message which several match is written once.
 */
final class SubscriberSession implements Session {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriberSession.class);

    private static final Buffer PONG = Buffer.buffer("PONG\n".getBytes(US_ASCII));
    private static final int COMMAND_QUIET_TICKS = 2;

    private final TcpDoor door;
    private final NetSocket socket;
    private final Intake intake;
    private final Unread unread;
    private final String peer;
    private final Guest guest;
    private final Broker broker;
    private final SubscriberLines lines;

    private final OnceEach onceEach = new OnceEach();
    private final Map<String, FilterStream> streams = new LinkedHashMap<>();
    /** Streams that wait for the socket, the longest waiting first. */
    private final Deque<FilterStream> blocked = new ArrayDeque<>();

    private long delivered;
    private boolean first = true;
    private boolean ended;
    private boolean closed;
    private int silences;
    private long silence = -1;
    private long tick = -1;
    private int quietTicks;

    SubscriberSession(TcpDoor door, NetSocket socket, String peer, Guest guest) {
        this.door = door;
        this.socket = socket;
        this.peer = peer;
        this.guest = guest;
        this.broker = guest.broker();
        this.intake = new Intake(socket);
        this.unread = new Unread(door, socket);
        this.lines = new SubscriberLines(door.settings().maxLineBytes());
        listenForSilence();
    }

    @Override
    public void data(Buffer data) {
        if (closed) {
            return;
        }
        silences = 0;
        quietTicks = 0;
        byte[] bytes = data.getBytes();
        if (first && bytes.length > 0) {
            first = false;
            if (bytes[0] == 'B') { // the role was the beginning of a first SUBSCRIBE:t, or of the word SUBSCRIBER
                bytes = Buffer.buffer("SUBSCRI").appendBytes(bytes).getBytes();
            }
        }
        lines.feed(bytes).forEach(this::command);
        if (lines.tooLong()) {
            LOG.info(
                    "subscriber {} sent a line above {} bytes",
                    peer,
                    door.settings().maxLineBytes());
            close();
            return;
        }
        listenForQuiet();
        if (socket.writeQueueFull()) { // who does not read answers gives no commands
            intake.pause();
        }
    }

    @Override
    public Sight sight() {
        return new Sight(guest.name(), List.copyOf(streams.keySet()), List.of(), delivered, 0, unread.bytes());
    }

    @Override
    public void ended() {
        if (closed || ended) {
            return;
        }
        ended = true;
        lines.idle().forEach(this::command);
        quietTicks = 0;
        linger();
    }

    /** Who ended its side gets what it asked for, as far as it goes; one that is gone altogether looks the same. */
    private void linger() {
        boolean opening = streams.values().stream().anyMatch(stream -> !stream.isOpen());
        TcpConfig settings = door.settings();
        if (streams.isEmpty() || quietTicks >= (opening ? settings.restQuietTicks() : settings.textQuietTicks())) {
            // Once all is read, however slowly: who reads nothing is silent too.
            socket.close().onFailure(ignored -> {});
        } else {
            door.vertx().cancelTimer(tick);
            tick = door.vertx().setTimer(settings.tickMs(), id -> {
                quietTicks++;
                linger();
            });
        }
    }

    @Override
    public void closed() {
        if (closed) {
            return;
        }
        closed = true;
        door.vertx().cancelTimer(silence);
        door.vertx().cancelTimer(tick);
        streams.values().forEach(FilterStream::close);
        streams.clear();
        blocked.clear();
        intake.resume(); // lets what is left run out, unread
        door.left(this);
    }

    @Override
    public void drained() {
        intake.resume();
        while (!blocked.isEmpty() && !socket.writeQueueFull()) {
            blocked.remove().resume();
        }
    }

    @Override
    public Future<Void> stop() {
        streams.values().forEach(FilterStream::close);
        streams.clear();
        return Future.succeededFuture();
    }

    private void command(SubscriberLine line) {
        switch (line.verb()) {
            case SUBSCRIBE -> subscribe(line.argument());
            case UNSUBSCRIBE -> unsubscribe(line.argument());
            case PING -> write(PONG);
            case UNKNOWN -> LOG.debug("subscriber {} says what nobody knows: {}", peer, line.argument());
        }
    }

    private void subscribe(String text) {
        TopicFilter filter;
        try {
            filter = filter(text);
        } catch (IllegalArgumentException problem) {
            say("ERR malformed " + problem.getMessage());
            return;
        }
        if (streams.containsKey(filter.value())) {
            return; // it is replayed or live already
        }
        if (streams.size() >= door.settings().maxFilters()) {
            say("ERR too-many a subscriber has at most " + door.settings().maxFilters() + " filters");
            return;
        }
        FilterStream stream = new FilterStream(this, door, broker, onceEach, filter, peer);
        streams.put(filter.value(), stream);
        stream.open();
    }

    private void unsubscribe(String text) {
        FilterStream gone;
        try {
            gone = streams.remove(filter(text).value());
        } catch (IllegalArgumentException problem) {
            say("ERR malformed " + problem.getMessage());
            return;
        }
        if (gone != null) {
            gone.close();
            blocked.remove(gone);
            if (streams.values().stream().anyMatch(FilterStream::isOverrun)) {
                LOG.info("subscriber {} changes its filters faster than it reads", peer);
                close();
            }
        }
    }

    private static TopicFilter filter(String text) {
        return new TopicFilter(text.equals("all") ? "#" : text);
    }

    /** @return false when the socket takes no more; the stream is called once it does */
    boolean write(Buffer deliveries, int messages, FilterStream by) {
        delivered += messages;
        write(deliveries);
        if (!closed && socket.writeQueueFull()) {
            blocked.add(by);
            return false;
        }
        return true;
    }

    void refused(FilterStream stream, String code, String text) {
        stream.close();
        streams.remove(stream.filter().value(), stream);
        say("ERR " + code + " " + text);
    }

    @Override
    public void close() {
        unread.close();
    }

    private void say(String line) {
        write(Buffer.buffer((line.replace('\n', ' ').replace('\r', ' ') + "\n").getBytes(UTF_8)));
    }

    private void write(Buffer buffer) {
        if (!closed && buffer.length() > 0) {
            quietTicks = ended ? 0 : quietTicks;
            unread.write(buffer);
        }
    }

    private void listenForSilence() {
        silence = door.vertx().setTimer(door.settings().silenceMs(), id -> {
            silences++;
            if (silences >= door.settings().maxSilences()) {
                close();
            } else {
                listenForSilence();
            }
        });
    }

    private void listenForQuiet() {
        if (tick < 0 && lines.isWaiting()) {
            tick = door.vertx().setTimer(door.settings().tickMs(), id -> {
                tick = -1;
                quietTicks++;
                if (quietTicks >= COMMAND_QUIET_TICKS) {
                    lines.idle().forEach(this::command);
                }
                listenForQuiet();
            });
        }
    }
}
