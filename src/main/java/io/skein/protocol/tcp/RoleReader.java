package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.broker.Connection;
import io.skein.broker.Guest;
import io.skein.broker.Refusal;
import io.skein.broker.Stay;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A new connection: its first seven bytes say what it is; whatever says nothing known, or too late, is closed. Before them
 * a line may say who it is, {@code AUTH <token>}, and must where a token is asked for. Whoever knows of that line is told
 * when the token is not good; to others nothing is said, since a publisher reads nothing.
 */
final class RoleReader {
    private static final Logger LOG = LoggerFactory.getLogger(RoleReader.class);

    private static final byte[] AUTH = "AUTH ".getBytes(US_ASCII);
    private static final byte[] PUBLISHER = "PUBLISH".getBytes(US_ASCII);
    private static final byte[] SUBSCRIBER = "SUBSCRI".getBytes(US_ASCII);
    private static final int LENGTH = 7;
    /** For the answers to what was published with a token that holds no longer. */
    private static final long LAST_ANSWERS_MS = 1_000;
    /** Of the line with the token. */
    private static final int MAX_LINE = 4_200;

    private final TcpDoor door;
    private final NetSocket socket;
    private final String peer;
    private final long timer;
    private final Connection counted;

    /** What came and is not understood yet. */
    private Buffer head = Buffer.buffer();

    private Optional<Guest> guest = Optional.empty();
    private Stay stay = Stay.UNCOUNTED;
    private Runnable shown = () -> {};
    private boolean entering;
    private boolean refused;
    private boolean ended;
    private boolean gone;
    private Optional<Session> session = Optional.empty();

    RoleReader(TcpDoor door, NetSocket socket, String peer, Connection counted) {
        this.door = door;
        this.socket = socket;
        this.peer = peer;
        this.counted = counted;
        this.timer = door.vertx().setTimer(door.settings().roleTimeoutMs(), late -> refuse());
    }

    void data(Buffer data) {
        if (session.isPresent()) {
            session.get().data(data);
        } else if (!refused) {
            head.appendBuffer(data);
            if (!entering) {
                read();
            }
        }
    }

    private void read() {
        if (guest.isEmpty() && begins(AUTH)) {
            auth();
            return;
        }
        if (guest.isEmpty()) {
            if (door.gate().isLocked()) {
                refuse();
                return;
            }
            guest = Optional.of(door.gate().stranger());
        }
        boolean publisher = begins(PUBLISHER);
        if (!publisher && !begins(SUBSCRIBER)) {
            refuse();
        } else if (head.length() >= LENGTH) {
            try {
                stay = guest.get().stay();
            } catch (Refusal full) {
                full(full, publisher);
                return;
            }
            door.vertx().cancelTimer(timer);
            Session begun = door.enter(
                    publisher
                            ? new PublisherSession(door, socket, peer, guest.get())
                            : new SubscriberSession(door, socket, peer, guest.get()));
            session = Optional.of(begun);
            shown = door.gate().show(TcpDoor.NAME, peer, begun);
            Buffer rest = head.slice(LENGTH, head.length());
            head = null;
            if (rest.length() > 0) {
                session.get().data(rest);
            }
        }
    }

    /** A publisher that did not say who it is reads nothing. */
    private void full(Refusal full, boolean publisher) {
        if (publisher && guest.get().name().isEmpty()) {
            LOG.warn("publisher {} is closed: {}", peer, full.getMessage());
            refuse();
        } else {
            say(full);
        }
    }

    private void auth() {
        int end = newline();
        if (end < 0) {
            if (head.length() > MAX_LINE) {
                refuse();
            }
            return;
        }
        String token = head.getString(AUTH.length, end, UTF_8.name()).trim();
        head = Buffer.buffer(head.getBytes(end + 1, head.length()));
        entering = true;
        socket.pause();
        door.gate().enter(Optional.of(token), peer).onComplete(this::entered, this::notGood);
    }

    private int newline() {
        for (int i = Math.min(AUTH.length, head.length()); i < head.length(); i++) {
            if (head.getByte(i) == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void entered(Guest known) {
        entering = false;
        if (refused || gone) {
            known.leave();
            return;
        }
        guest = Optional.of(known);
        known.whenGone(this::over);
        if (head.length() > 0) {
            read();
        }
        // Now, not before: what comes by it must find the role read that came with the token.
        socket.resume();
        if (ended && session.isEmpty()) {
            refuse();
        } else if (ended) {
            session.get().ended();
        }
    }

    /** His token holds no longer: he hears nothing more but what became of what was read of him. */
    private void over() {
        refused = true;
        session.map(Session::stop)
                .orElseGet(Future::succeededFuture)
                .timeout(LAST_ANSWERS_MS, TimeUnit.MILLISECONDS)
                .onComplete(answered -> session.ifPresentOrElse(Session::close, this::refuse));
    }

    private void notGood(Throwable failure) {
        entering = false;
        // From here on: what came with a token that is not good is nobody's, not a stranger's.
        refused = true;
        head = null;
        if (!gone) {
            say(failure);
            socket.resume();
        }
    }

    /** Why it is closed, and then it is. */
    private void say(Throwable failure) {
        refused = true;
        String code = failure instanceof Refusal refusal ? refusal.code() : "internal";
        socket.write(Buffer.buffer("ERR " + code + " " + failure.getMessage() + "\n"))
                .onComplete(said -> refuse());
    }

    void ended() {
        counted.ended();
        ended = true;
        if (!entering && !refused) {
            session.ifPresentOrElse(Session::ended, this::refuse);
        }
    }

    void closed() {
        gone = true;
        counted.close();
        shown.run();
        stay.end();
        door.vertx().cancelTimer(timer);
        session.ifPresent(Session::closed);
        guest.ifPresent(Guest::leave);
    }

    void drained() {
        session.ifPresent(Session::drained);
    }

    private void refuse() {
        refused = true;
        socket.close().onFailure(ignored -> {});
    }

    /** Whether what came so far is the beginning of this, or begins with it. */
    private boolean begins(byte[] word) {
        int length = Math.min(word.length, head.length());
        return Arrays.equals(word, 0, length, head.getBytes(0, length), 0, length);
    }
}
