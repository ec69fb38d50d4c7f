package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.skein.broker.Connection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.Arrays;
import java.util.Optional;

/** A new connection: its first seven bytes say what it is; whatever says nothing known, or too late, is closed. */
final class RoleReader {
    private static final byte[] PUBLISHER = "PUBLISH".getBytes(US_ASCII);
    private static final byte[] SUBSCRIBER = "SUBSCRI".getBytes(US_ASCII);
    private static final int LENGTH = 7;

    private final TcpDoor door;
    private final NetSocket socket;
    private final String peer;
    private final long timer;
    private final Connection counted;

    private Buffer role = Buffer.buffer(LENGTH);
    private boolean refused;
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
            return;
        }
        if (refused) {
            return;
        }
        int missing = Math.min(LENGTH - role.length(), data.length());
        role.appendBuffer(data, 0, missing);
        byte[] so = role.getBytes();
        boolean publisher = begins(PUBLISHER, so);
        if (!publisher && !begins(SUBSCRIBER, so)) {
            refuse();
        } else if (so.length == LENGTH) {
            door.vertx().cancelTimer(timer);
            session = Optional.of(door.enter(
                    publisher ? new PublisherSession(door, socket, peer) : new SubscriberSession(door, socket, peer)));
            if (missing < data.length()) {
                session.get().data(data.slice(missing, data.length()));
            }
        }
    }

    void ended() {
        counted.ended();
        session.ifPresentOrElse(Session::ended, this::refuse);
    }

    void closed() {
        counted.close();
        door.vertx().cancelTimer(timer);
        session.ifPresent(Session::closed);
    }

    void drained() {
        session.ifPresent(Session::drained);
    }

    private void refuse() {
        refused = true;
        socket.close().onFailure(ignored -> {});
    }

    private static boolean begins(byte[] word, byte[] so) {
        return Arrays.equals(word, 0, so.length, so, 0, so.length);
    }
}
