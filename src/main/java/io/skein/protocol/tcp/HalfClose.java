package io.skein.protocol.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import io.vertx.core.streams.impl.InboundBuffer;

/**
 * Lets a peer end its side and still hear the answers ({@code printf ... | nc}): left alone, Netty closes a connection both
 * ways when the peer's last byte has come, and Vert.x has no option that says otherwise.
 *
 * <p>The end travels the same way as the bytes, so the socket's {@code endHandler} is called after all of them, also when
 * it was paused meanwhile. It is called once more when the socket is closed.
 */
final class HalfClose extends ChannelInboundHandlerAdapter {
    private HalfClose() {}

    /** Before the first byte of the socket was read. */
    static void allow(NetSocket socket) {
        ChannelHandlerContext last = ((NetSocketInternal) socket).channelHandlerContext();
        last.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        last.pipeline().addBefore(last.name(), "half-close", new HalfClose());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            context.fireChannelRead(InboundBuffer.END_SENTINEL);
            context.fireChannelReadComplete();
        }
        context.fireUserEventTriggered(event);
    }
}
