package io.skein.protocol.websocket;

import io.skein.broker.Allowance;
import io.skein.broker.Leased;
import io.skein.frame.AnswerJson;
import io.skein.frame.MessageJson;
import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.skein.frame.Utf8Buffer;
import io.skein.store.StoredMessage;
import io.vertx.core.Context;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrameType;
import io.vertx.core.http.impl.ws.WebSocketFrameImpl;
import java.util.List;

/**
 * What goes out on one connection. Everything that is said in one turn of the event loop travels in one frame, joined by
 * line breaks, up to a size. Counts the bytes that the socket has not taken: Vert.x's own {@code writeQueueFull} looks at
 * the number of frames as well and lets some pass the mark.
 */
final class Outbox {
    /** More than a lease and the number of a delivery take. */
    private static final int LEASE_BYTES = 128;

    private final ServerWebSocket socket;
    private final Context context;
    private final int frameBytes;
    private final int maxUnsentBytes;
    /** Of what all connections of the node may have unsent. */
    private final Allowance.Share share;

    private final WebSocketListener listener;
    private final Runnable drained;
    private final Runnable flushed;
    private final Utf8Buffer buffer = new Utf8Buffer(1024);
    private boolean scheduled;
    private boolean wasFull;
    private long unsent;
    private long taken;
    private long delivered;

    /**
     * @param flushed called when a turn's words have been handed to the socket
     * @param drained called when half of what made it full has been taken
     */
    Outbox(
            ServerWebSocket socket,
            Context context,
            WebSocketConfig config,
            Allowance.Share share,
            WebSocketListener listener,
            Runnable flushed,
            Runnable drained) {
        this.socket = socket;
        this.context = context;
        this.frameBytes = config.frameBytes();
        this.maxUnsentBytes = config.maxUnsentBytes();
        this.share = share;
        this.listener = listener;
        this.flushed = flushed;
        this.drained = drained;
    }

    /** True until {@code drained} is called. */
    boolean isFull() {
        wasFull |= unsent + buffer.length() >= maxUnsentBytes;
        return wasFull;
    }

    void reply(Reply reply) {
        begin();
        AnswerJson.write(buffer, reply);
        end();
    }

    void push(Push push) {
        begin();
        AnswerJson.write(buffer, push);
        end();
    }

    /** One push of them all, or several when they are more than a frame. */
    void messages(String sub, List<StoredMessage> messages) {
        delivered += messages.size();
        int next = 0;
        while (next < messages.size()) {
            begin();
            AnswerJson.beginMessages(buffer, sub);
            buffer.raw(messages.get(next++).json());
            while (next < messages.size()
                    && buffer.length() + messages.get(next).json().length + 3 <= frameBytes) {
                buffer.put(',');
                buffer.raw(messages.get(next++).json());
            }
            AnswerJson.endMessages(buffer);
            end();
        }
    }

    /** As {@link #messages}, each with what to acknowledge it by. */
    void lent(String sub, List<Leased> messages) {
        delivered += messages.size();
        int next = 0;
        while (next < messages.size()) {
            begin();
            AnswerJson.beginMessages(buffer, sub);
            write(messages.get(next++));
            while (next < messages.size()
                    && buffer.length() + messages.get(next).message().json().length + LEASE_BYTES <= frameBytes) {
                buffer.put(',');
                write(messages.get(next++));
            }
            AnswerJson.endMessages(buffer);
            end();
        }
    }

    private void write(Leased message) {
        MessageJson.lent(buffer, message.message().json(), message.lease().text(), message.delivery());
    }

    int frameBytes() {
        return frameBytes;
    }

    private void begin() {
        if (buffer.length() > 0) {
            if (buffer.length() >= frameBytes / 2) {
                send();
            } else {
                buffer.put('\n');
            }
        }
    }

    private void end() {
        if (buffer.length() >= frameBytes) {
            send();
        }
        if (!scheduled) {
            scheduled = true;
            context.runOnContext(v -> {
                scheduled = false;
                flush();
            });
        }
    }

    void flush() {
        if (buffer.length() > 0) {
            send();
        }
        flushed.run();
    }

    private void send() {
        byte[] text = buffer.toByteArray();
        buffer.clear();
        if (buffer.capacity() > 4 * frameBytes) {
            buffer.shrink(1024);
        }
        if (socket.isClosed()) {
            return;
        }
        unsent += text.length;
        share.hold(unsent);
        // Vert.x offers text frames of strings only: decoding and encoding again would cost more than all the rest.
        socket.writeFrame(new WebSocketFrameImpl(WebSocketFrameType.TEXT, text, true))
                .onComplete(done -> {
                    if (done.succeeded()) {
                        listener.sent(text.length);
                    }
                    sent(text.length);
                });
    }

    /** Messages, ever. */
    long delivered() {
        return delivered;
    }

    /** Bytes that the socket has not taken. */
    long unsent() {
        return unsent;
    }

    /** Bytes that the socket has taken, ever. */
    long taken() {
        return taken;
    }

    private void sent(int bytes) {
        unsent -= bytes;
        share.hold(unsent);
        taken += bytes;
        if (wasFull && unsent + buffer.length() <= maxUnsentBytes / 2) {
            wasFull = false;
            drained.run();
        }
    }
}
