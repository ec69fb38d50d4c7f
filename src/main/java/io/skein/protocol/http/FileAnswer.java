package io.skein.protocol.http;

import io.netty.buffer.Unpooled;
import io.skein.broker.Allowance;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer whose body is a file that has to be made first. While it is made nothing passes over the connection, which
 * is kept all the same; then the file goes out piece by piece, read on a worker, as fast as the client takes it. On the
 * context of its connection.
 */
final class FileAnswer implements Lasting {
    private static final Logger LOG = LoggerFactory.getLogger(FileAnswer.class);
    private static final int PIECE_BYTES = 128 << 10;
    /** Whoever takes it drop by drop keeps all others from theirs; from the first byte on. */
    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(24);
    /** Of an HTTP/2 ping, which says nothing. */
    private static final Buffer PING = Buffer.buffer(new byte[8]);

    private final Exchange exchange;
    private final Context context = Vertx.currentContext();
    private final Allowance.Share allowed;
    private final Runnable whenOver;
    /** Nobody takes it any more: asked by who makes the file, on another thread. */
    private volatile boolean over;

    private FileChannel file;
    private long length;
    private long read;
    private long unsent;
    private boolean reading;
    private boolean ending;
    /** Since when the socket has taken nothing; 0: it takes. */
    private long fullNanos;

    private long begunNanos;

    /** @param whenOver once, when all of it was taken or nobody will */
    FileAnswer(Exchange exchange, Runnable whenOver) {
        this.exchange = exchange;
        this.whenOver = whenOver;
        this.allowed = exchange.unsent(this::cut);
        exchange.response.exceptionHandler(broken -> end());
        exchange.response.closeHandler(gone -> end());
    }

    boolean isOver() {
        return over;
    }

    /** The head is sent already. */
    void send(Path path, long bytes) {
        length = bytes;
        begunNanos = System.nanoTime();
        reading = true;
        context.executeBlocking(() -> FileChannel.open(path, StandardOpenOption.READ), false)
                .onComplete(opened -> {
                    reading = false;
                    if (opened.failed()) {
                        broken(opened.cause());
                        return;
                    }
                    file = opened.result();
                    next();
                });
    }

    private void next() {
        if (over) {
            letGo();
            return;
        }
        if (reading || ending || fullNanos != 0) {
            return;
        }
        if (read == length) {
            ending = true;
            exchange.response.end().onComplete(taken -> end());
            return;
        }
        reading = true;
        context.executeBlocking(this::piece, false).onComplete(piece -> {
            reading = false;
            if (over) {
                letGo();
            } else if (piece.failed()) {
                broken(piece.cause());
            } else {
                write(piece.result());
            }
        });
    }

    private byte[] piece() throws IOException {
        byte[] bytes = new byte[(int) Math.min(PIECE_BYTES, length - read)];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        while (into.hasRemaining()) {
            if (file.read(into, read + into.position()) < 0) {
                throw new EOFException("it became shorter while it was sent");
            }
        }
        return bytes;
    }

    private void write(byte[] bytes) {
        read += bytes.length;
        unsent += bytes.length;
        allowed.hold(unsent);
        exchange.response.write(Buffer.buffer(bytes)).onComplete(taken -> {
            unsent -= bytes.length;
            allowed.hold(unsent);
        });
        if (exchange.response.writeQueueFull()) {
            fullNanos = System.nanoTime();
            exchange.response.drainHandler(again -> {
                fullNanos = 0;
                next();
            });
        }
        next();
    }

    private void broken(Throwable failure) {
        LOG.warn("{} broke off: {}", exchange.label(), failure.toString());
        cut();
    }

    @Override
    public String label() {
        return exchange.label();
    }

    @Override
    public String door() {
        return "http";
    }

    @Override
    public String peer() {
        return String.valueOf(exchange.request.remoteAddress());
    }

    @Override
    public Sight sight() {
        return new Sight(exchange.guest().name(), List.of(), List.of(), 0, 0, unsent);
    }

    @Override
    public void beat(long now) {
        if (exchange.isAnswered() && now - begunNanos > LONGEST_NANOS) {
            cut();
        } else if (fullNanos != 0) {
            if (now - fullNanos > exchange.door.config().stallTimeoutMs() * 1_000_000) {
                cut();
            }
        } else if (!exchange.isAnswered()) {
            stayAwake();
        }
    }

    /** A connection over which nothing passes is taken for idle, and closed; this is nothing that passes. */
    private void stayAwake() {
        if (exchange.request.version() == HttpVersion.HTTP_2) {
            exchange.request.connection().ping(PING).onFailure(Exchange.GONE_CLIENT);
        } else {
            ((ConnectionBase) exchange.request.connection())
                    .channelHandlerContext()
                    .writeAndFlush(Unpooled.EMPTY_BUFFER);
        }
    }

    @Override
    public void leave(String reason) {
        cut();
    }

    /** What is not all there must not look as if it were. */
    void cut() {
        if (!over) {
            end();
            exchange.cut();
        }
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        allowed.end();
        exchange.door.closed(this);
        if (!reading) {
            letGo();
        }
        whenOver.run();
    }

    private void letGo() {
        FileChannel open = file;
        file = null;
        if (open != null) {
            context.executeBlocking(
                            () -> {
                                open.close();
                                return null;
                            },
                            false)
                    .onFailure(failure -> LOG.warn("a file stays open: {}", failure.toString()));
        }
    }

    /** Nothing was sent: the exchange answers otherwise. */
    void giveUp() {
        end();
    }
}
