package io.skein.protocol.tcp;

import io.skein.broker.Allowance;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/**
 * What was written to one socket and not yet taken by it, as a part of what the node holds for all who do not read. Who
 * stands still the longest when that is too much is cut; a subscriber connects again and hears everything.
 */
final class Unread {
    /** For what was written before the connection is closed. */
    private static final long LAST_WORDS_MS = 2_000;

    private final TcpDoor door;
    private final NetSocket socket;
    private final Allowance.Share share;
    private long bytes;
    private boolean closing;

    Unread(TcpDoor door, NetSocket socket) {
        this.door = door;
        this.socket = socket;
        this.share = door.allowances().unsent().share(door.context(), () -> cut(socket));
    }

    void write(Buffer buffer) {
        int length = buffer.length();
        bytes += length;
        share.hold(bytes);
        socket.write(buffer)
                .onComplete(
                        taken -> { // or the socket has gone: closed() comes
                            bytes -= length;
                            share.hold(bytes);
                        });
    }

    /** Not taken by the socket. */
    long bytes() {
        return bytes;
    }

    /** After what was written, if that is read soon. */
    void close() {
        socket.close().onFailure(ignored -> {});
        if (bytes > 0 && !closing) {
            closing = true;
            door.vertx().setTimer(LAST_WORDS_MS, late -> cut(socket));
        }
    }

    /** {@code socket.close()} would wait until everything is read. */
    private static void cut(NetSocket socket) {
        ((NetSocketInternal) socket).channelHandlerContext().close();
    }
}
