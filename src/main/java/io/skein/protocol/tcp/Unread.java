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
    private final NetSocket socket;
    private final Allowance.Share share;
    private long bytes;

    Unread(TcpDoor door, NetSocket socket) {
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

    /** {@code socket.close()} would wait until everything is read. */
    private static void cut(NetSocket socket) {
        ((NetSocketInternal) socket).channelHandlerContext().close();
    }
}
