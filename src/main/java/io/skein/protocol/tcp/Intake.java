package io.skein.protocol.tcp;

import io.netty.channel.ChannelConfig;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/**
 * Whether a socket is read. {@code NetSocket.pause} alone goes on reading until some 24 buffers wait behind it, 1.5 MiB for
 * each who sends faster than the node stores; here the channel stops after the one it is reading, and the rest waits in
 * the sender. That a peer has gone is noticed when it is read again, or written to.
 */
final class Intake {
    private final NetSocket socket;
    private final ChannelConfig channel;
    private boolean paused;

    Intake(NetSocket socket) {
        this.socket = socket;
        this.channel =
                ((NetSocketInternal) socket).channelHandlerContext().channel().config();
    }

    boolean isPaused() {
        return paused;
    }

    void pause() {
        if (!paused) {
            paused = true;
            channel.setAutoRead(false);
            socket.pause();
        }
    }

    void resume() {
        if (paused) {
            paused = false;
            channel.setAutoRead(true);
            socket.resume();
        }
    }
}
