package io.skein.protocol.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.http.WebSocketInternal;

/**
 * Bytes of a WebSocket that were read from its socket and that its session has not seen: a frame is kept by the decoder
 * until it is whole, and whole ones wait while the socket is paused. Vert.x tells of neither, so this stands in front.
 */
final class Arriving extends ChannelInboundHandlerAdapter {
    private static final String NAME = "arriving";
    /** What Vert.x calls its handler. */
    private static final String TLS = "ssl";

    private static final int SHORT = 126;
    private static final int LONG = 1 << 16;

    private final Runnable moved;
    private long bytes;

    private Arriving(Runnable moved) {
        this.moved = moved;
    }

    /** @param moved called when there may be more of them than before */
    static Arriving at(ServerWebSocket socket, Runnable moved) {
        Arriving arriving = new Arriving(moved);
        ChannelPipeline pipeline =
                ((WebSocketInternal) socket).channelHandlerContext().pipeline();
        // Behind TLS, if there is any: what is counted here is compared with frames.
        if (pipeline.get(TLS) == null) {
            pipeline.addFirst(NAME, arriving);
        } else {
            pipeline.addAfter(TLS, NAME, arriving);
        }
        return arriving;
    }

    long bytes() {
        return bytes;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf read) {
            bytes += read.readableBytes();
        }
        context.fireChannelRead(message);
        moved.run();
    }

    /**
     * Whether the socket is read. {@code ServerWebSocket.pause} alone goes on until 24 frames wait behind it, each of which
     * may be of the largest size.
     */
    static void read(ServerWebSocket socket, boolean on) {
        ((WebSocketInternal) socket).channelHandlerContext().channel().config().setAutoRead(on);
        if (on) {
            socket.resume();
        } else {
            socket.pause();
        }
    }

    /** The session sees it. */
    void taken(WebSocketFrame frame) {
        int payload = frame.binaryData().length();
        // RFC 6455 §5.2: two bytes, the length when it is not among them, a client's mask.
        int head = payload < SHORT ? 6 : payload < LONG ? 8 : 14;
        bytes = Math.max(0, bytes - payload - head);
    }

    /** What the socket sent and what waits to be sent is let go at once; {@code close} waits until it is read. */
    static void cut(ServerWebSocket socket) {
        ((WebSocketInternal) socket).channelHandlerContext().close();
    }
}
