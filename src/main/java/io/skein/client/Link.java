package io.skein.client;

import io.skein.frame.AnswerJson;
import io.skein.frame.CloseCode;
import io.skein.frame.Command;
import io.skein.frame.CommandJson;
import io.skein.frame.Malformed;
import io.skein.frame.Problem;
import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.skein.frame.Utf8Buffer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.http.WebSocketFrameType;
import io.vertx.core.http.impl.ws.WebSocketFrameImpl;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The connection to one of the servers: looks for one, says hello, looks for the next when it is lost. Commands of one turn
 * of the event loop travel in one frame. Used on its own context only.
 */
final class Link {
    /** Frames of a server; a message of the largest size may be several times as long once it is escaped. */
    private static final int MAX_FRAME_BYTES = 64 << 20;

    /** What is longer goes before the turn ends: a server begins with it while the rest is being made. */
    private static final int SEND_BYTES = 16 << 10;

    /** What was once needed for large messages is given back above this. */
    private static final int MAX_KEPT_BYTES = 1 << 20;
    /** A server takes 8 MiB in a message; a longer one would end the connection. */
    static final int MAX_COMMAND_BYTES = (8 << 20) - SEND_BYTES - 1;

    /** Below: those of the standard, of which a server that ends says nothing. */
    private static final int FIRST_OWN_CODE = 4000;

    /** Of a server that is left: so long it may still answer what it was asked. */
    private static final int LINGER_MS = 100;

    private static final String HELLO_ID = "0";

    private final Vertx vertx;
    private final Context context;
    private final ClientOptions options;
    private final Listener listener;
    private final WebSocketClient sockets;
    private final Utf8Buffer buffer = new Utf8Buffer(4096);
    private WebSocket socket;
    private Buffer fragments;
    private volatile boolean ready;
    private boolean closed;
    private boolean scheduled;
    private boolean reading;
    private boolean leaving;
    private boolean heard;
    /** Whether this server has said anything at all by this connection. */
    private boolean spoken;

    private boolean pinged;
    /** Of the server that serves. */
    final LeaderWatch leader;

    private final Addresses addresses;
    /** Null when none is to be learned. */
    private final Members members;

    private int tries;
    /** Why the last try came to nothing; empty when none did. */
    private String failure = "";

    private long pingTimer = -1;
    private volatile long epoch;

    /** Whoever speaks through a link. */
    interface Listener {
        /** A server is there and has been greeted. */
        void up();

        void reply(Reply reply);

        void push(Push push);

        /** That was all for now. */
        void read();

        /**
         * The connection is lost; another is looked for. What was sent and not answered will not be.
         *
         * @param untaken why nothing of it was done; empty: it may have been
         */
        void down(Optional<Problem> untaken);

        /** No connection will come any more. */
        void refused(SkeinException why);
    }

    Link(Vertx vertx, Context context, ClientOptions options, Listener listener) {
        this.vertx = vertx;
        this.context = context;
        this.options = options;
        this.listener = listener;
        this.epoch = options.producer().epoch();
        this.leader = new LeaderWatch(vertx, System::nanoTime, options.times().ill(), this::leave);
        WebSocketClientOptions how = new WebSocketClientOptions()
                .setConnectTimeout(2000)
                .setMaxFrameSize(MAX_FRAME_BYTES)
                .setMaxMessageSize(MAX_FRAME_BYTES)
                .setTcpNoDelay(true)
                .setTryUsePerMessageCompression(false)
                .setTryUsePerFrameCompression(false)
                .setClosingTimeout(1);
        if (!options.authority().isEmpty()) {
            how.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(options.authority())));
        }
        this.sockets = vertx.createWebSocketClient(how);
        this.addresses = new Addresses(options.servers());
        this.members = options.learns() ? new Members(vertx, options, addresses) : null;
    }

    boolean isReady() {
        return ready;
    }

    /** Whether the server is being left: what is said to it now would be lost with it. */
    boolean isLeaving() {
        return leaving;
    }

    /** Whether what a server said is being told: what is to be said to it goes when all is told. */
    boolean isReading() {
        return reading;
    }

    /** Epoch of this client's producer; -1 until a server was asked. */
    long epoch() {
        return epoch;
    }

    /** Where the next try goes, or the connection stands. */
    URI server() {
        return addresses.current();
    }

    /** All that would be tried. */
    List<URI> servers() {
        return addresses.all();
    }

    void connect() {
        if (closed) {
            return;
        }
        URI to = addresses.next();
        Future<WebSocket> connecting;
        try {
            connecting = sockets.connect(where(to));
        } catch (IllegalStateException | RejectedExecutionException vertxIsClosed) {
            refuse(SkeinException.of("closed", "Vert.x was closed"));
            return;
        } catch (RuntimeException noAddress) {
            failed(to, noAddress);
            return;
        }
        connecting.onComplete(done -> {
            if (closed) {
                if (done.succeeded()) {
                    done.result().close().onFailure(gone -> {});
                }
            } else if (done.succeeded()) {
                opened(done.result());
            } else {
                failed(to, done.cause());
            }
        });
    }

    private WebSocketConnectOptions where(URI to) {
        var where = new WebSocketConnectOptions()
                .setHost(to.getHost())
                .setPort(Addresses.port(to))
                .setSsl(to.getScheme().equals("wss"))
                .setURI("/ws")
                .setTimeout(5000)
                .addSubProtocol("skein.v1.json")
                .setAllowOriginHeader(false)
                .setRegisterWriteHandlers(false);
        if (!options.token().isEmpty()) {
            where.putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + options.token());
        }
        return where;
    }

    private void failed(URI to, Throwable why) {
        String words = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
        failure = to + ": " + words;
        later();
    }

    /** Server and reason of the last try that came to nothing, for people; empty when none did. */
    String failure() {
        return failure;
    }

    private void later() {
        long most = Math.min(options.times().maxReconnect(), options.times().reconnect() << Math.min(tries++, 20));
        // Not all clients of a lost node at the same moment.
        try {
            vertx.setTimer(1 + ThreadLocalRandom.current().nextLong(most), id -> connect());
        } catch (IllegalStateException | RejectedExecutionException vertxIsClosed) {
            refuse(SkeinException.of("closed", "Vert.x was closed"));
        }
    }

    private void opened(WebSocket opened) {
        socket = opened;
        fragments = null;
        heard = true;
        spoken = false;
        pinged = false;
        opened.frameHandler(frame -> {
            if (socket == opened) {
                frame(frame);
            }
        });
        opened.exceptionHandler(lost -> {});
        opened.closeHandler(lost -> lost(opened));
        arm(opened);
        if (options.producer().name().isEmpty() && options.token().isEmpty()) {
            greeted();
        } else {
            // The token came with the request. The answer says that it is good.
            say(new Command.Hello(HELLO_ID, "", options.producer().name(), epoch));
        }
    }

    private void greeted() {
        ready = true;
        addresses.entered();
        listener.up();
        if (members != null) {
            members.ask(server());
        }
    }

    /** Once it has answered, when there is another one to be tried: it may say of all the rest that nothing was done. */
    private void leave() {
        WebSocket left = socket;
        if (addresses.count() > 1 && !leaving && left != null) {
            leaving = true;
            vertx.setTimer(LINGER_MS, id -> {
                if (socket == left) {
                    drop();
                }
            });
        }
    }

    private void frame(WebSocketFrame frame) {
        heard = true;
        if (frame.type() != WebSocketFrameType.CLOSE) {
            // Not as soon as it opens: one that opens only to be closed is to be left in peace for longer and longer.
            spoken = true;
            tries = 0;
        }
        switch (frame.type()) {
            case TEXT, CONTINUATION -> {
                Buffer data = frame.binaryData();
                if (!frame.isFinal() || fragments != null) {
                    fragments = (fragments == null ? Buffer.buffer() : fragments).appendBuffer(data);
                    if (fragments.length() > MAX_FRAME_BYTES) {
                        drop();
                        return;
                    }
                }
                if (frame.isFinal()) {
                    byte[] text = (fragments == null ? data : fragments).getBytes();
                    fragments = null;
                    read(text);
                }
            }
            default -> {}
        }
    }

    private void read(byte[] text) {
        WebSocket from = socket;
        // A handler on a virtual thread may wait for long, and what it has published is not to wait with it.
        reading = context.isEventLoopContext();
        try {
            AnswerJson.read(text, new AnswerJson.Taker() {
                @Override
                public void reply(Reply reply) {
                    if (socket == from) {
                        answered(reply);
                    }
                }

                @Override
                public void push(Push push) {
                    if (socket == from) {
                        listener.push(push);
                    }
                }
            });
        } catch (Malformed wrong) {
            // No server of ours says such a thing: something on the way damages what it carries.
            if (socket == from) {
                drop();
            }
        } finally {
            reading = false;
            listener.read();
            flush();
        }
    }

    private void answered(Reply reply) {
        if (ready) {
            listener.reply(reply);
        } else if (reply instanceof Reply.Failed failed) {
            refuse(SkeinException.of(failed.problem()));
        } else {
            if (reply instanceof Reply.Welcome welcome) {
                epoch = welcome.epoch();
            }
            greeted();
        }
    }

    /**
     * Joins what is said in this turn.
     *
     * @return false, and nothing is said, when it is longer than a server takes
     */
    boolean say(Command command) {
        int start = buffer.length();
        if (start > 0) {
            buffer.put('\n');
        }
        CommandJson.write(buffer, command);
        if (buffer.length() - start > MAX_COMMAND_BYTES) {
            buffer.truncate(start);
            return false;
        }
        if (buffer.length() >= SEND_BYTES) {
            flush();
        } else if (!scheduled) {
            scheduled = true;
            context.runOnContext(v -> {
                scheduled = false;
                flush();
            });
        }
        return true;
    }

    void flush() {
        if (buffer.length() == 0) {
            return;
        }
        byte[] text = buffer.toByteArray();
        buffer.clear();
        if (buffer.capacity() > MAX_KEPT_BYTES) {
            buffer.shrink(4096);
        }
        if (socket != null && !socket.isClosed()) {
            socket.writeFrame(new WebSocketFrameImpl(WebSocketFrameType.TEXT, text, true))
                    .onFailure(lost -> {});
        }
    }

    private void arm(WebSocket of) {
        pingTimer = vertx.setTimer(options.times().ping(), id -> {
            if (socket != of) {
                return;
            }
            if (!heard && pinged) {
                drop();
                return;
            }
            pinged = !heard;
            heard = false;
            if (!of.isClosed()) {
                of.writePing(Buffer.buffer()).onFailure(lost -> {});
            }
            arm(of);
        });
    }

    /** Gives the connection up without waiting for the other side; another server is tried before this one is again. */
    void drop() {
        WebSocket dropped = socket;
        if (dropped != null) {
            addresses.leave();
            lost(dropped);
            dropped.close().onFailure(gone -> {});
        }
    }

    private void lost(WebSocket lost) {
        if (socket != lost) {
            return;
        }
        // Vert.x 5.0.12 throws a NullPointerException when an open socket is asked.
        int code = lost.isClosed() ? lost.closeStatusCode() : 1006;
        boolean wasReady = forget();
        if (closed) {
            return;
        }
        if (code == CloseCode.UNAUTHENTICATED.code()) {
            refuse(SkeinException.unauthenticated(String.valueOf(lost.closeReason()), wasReady));
            return;
        }
        if (!CloseCode.mayReconnect(code)) {
            refuse(SkeinException.unknown(
                    "refused", "the server closed the connection for good: " + code + " " + lost.closeReason()));
            return;
        }
        if (code >= FIRST_OWN_CODE) {
            // It sends its clients to the others.
            addresses.leave();
        }
        // Whatever users' code does when it is told, there will be a next try.
        later();
        if (wasReady) {
            listener.down(untaken(code, lost));
        }
    }

    /** A limit keeps whoever comes out before anything he says is looked at. */
    private Optional<Problem> untaken(int code, WebSocket lost) {
        return code == CloseCode.LIMITED.code() && !spoken
                ? Optional.of(
                        new Problem("too-many-connections", String.valueOf(lost.closeReason()), true, false, Map.of()))
                : Optional.empty();
    }

    /** @return whether it had been ready */
    private boolean forget() {
        boolean wasReady = ready;
        ready = false;
        leaving = false;
        socket = null;
        fragments = null;
        buffer.clear();
        vertx.cancelTimer(pingTimer);
        leader.forget();
        if (members != null) {
            members.rest();
        }
        return wasReady;
    }

    private void refuse(SkeinException why) {
        close();
        listener.refused(why);
    }

    void close() {
        if (closed) {
            return;
        }
        flush();
        closed = true;
        WebSocket last = socket;
        forget();
        if (last != null) {
            last.close().onFailure(gone -> {});
        }
        sockets.close().onFailure(gone -> {});
        if (members != null) {
            members.close();
        }
    }
}
