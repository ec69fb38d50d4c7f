package io.skein.protocol.websocket;

import io.skein.broker.Allowance;
import io.skein.broker.Allowances;
import io.skein.broker.Connection;
import io.skein.broker.Gate;
import io.skein.broker.Guest;
import io.skein.broker.LongLived;
import io.skein.broker.Refusal;
import io.skein.broker.Stay;
import io.skein.frame.CloseCode;
import io.skein.frame.Command;
import io.skein.frame.CommandReader;
import io.skein.frame.Malformed;
import io.skein.frame.Problem;
import io.skein.frame.PublishItem;
import io.skein.frame.Reply;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * One connection. Reads commands as long as there is room for what they cause; a message that is not done when there is
 * none stays, and the socket is paused. When all connections of the node hold too much together, the one that stood still
 * the longest is closed with {@link CloseCode#OVERLOADED}. Used on its own context only.
 */
final class Session implements LongLived {
    /** For the word that says why. */
    private static final long CUT_MS = 500;
    /** For the answers to what was published with a token that holds no longer. */
    private static final long LAST_ANSWERS_MS = 1_000;

    private final WebSocketDoor door;
    private final Vertx vertx;
    private final Context context;
    private final Gate gate;
    private final WebSocketConfig config;
    private final WebSocketListener listener;
    private final ServerWebSocket socket;
    private final String peer;
    private final Outbox outbox;
    private final Publishes publishes;
    private final Flows flows;
    /** Null while it is being found out. */
    private Guest guest;
    /** Null until he said a first thing, or showed who he is: who says hello first stays as nobody else. */
    private Stay stay;

    private long helloTimer = -1;
    private final Connection connection;
    private Runnable shown = () -> {};
    private final Promise<Void> gone = Promise.promise();
    /** Frames of one message that is not complete. */
    private Buffer fragments;
    /** Messages that came before the socket noticed that it is paused; a few. */
    private final Deque<byte[]> waiting = new ArrayDeque<>();

    private CommandReader reader;
    /** Bytes of {@link #waiting}, and of the message that is in {@link #reader}. */
    private long messageBytes;
    /** Of the message that is in it. */
    private int reading;

    private final Allowance.Share unfinished;
    private Arriving arriving;
    private boolean paused;
    private boolean closed;
    /** Nothing more is taken; {@link #lastWord} is said once what is under way is answered. */
    private boolean leaving;

    private CloseCode lastCode = CloseCode.DRAINING;
    private String lastWord = "reconnect";
    private int messagesUnderWay;
    private long bytesUnderWay;
    private long published;
    private int errorsInARow;
    private boolean heard = true;
    private boolean pinged;
    private long takenAtPing;
    private long timer;

    Session(
            WebSocketDoor door,
            Vertx vertx,
            Gate gate,
            WebSocketConfig config,
            Allowances allowances,
            WebSocketListener listener,
            ServerWebSocket socket,
            Connection connection) {
        this.door = door;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.gate = gate;
        this.config = config;
        this.listener = listener;
        this.socket = socket;
        this.peer = String.valueOf(socket.remoteAddress());
        Allowance.Share unsent = allowances.unsent().share(context, () -> cut(allowances.unsent()));
        this.unfinished = allowances.unfinished().share(context, () -> cut(allowances.unfinished()));
        this.outbox = new Outbox(socket, context, config, unsent, listener, this::flushed, this::drained);
        this.publishes = new Publishes(config);
        this.flows = new Flows(vertx, gate.clock(), config, peer, outbox);
        this.connection = connection;
    }

    /** @param token what came with the request */
    void open(Optional<String> token) {
        arriving = Arriving.at(socket, this::hold);
        socket.frameHandler(this::frame);
        socket.pongHandler(pong -> heard = true);
        socket.exceptionHandler(this::broken);
        socket.closeHandler(gone -> closed());
        shown = gate.show("websocket", peer, this);
        arm();
        if (token.isPresent()) {
            enter(token.get(), () -> {});
        } else {
            guest = gate.stranger();
            publishes.of(guest.broker(), gate.status().durable());
            if (gate.isLocked()) {
                helloTimer = vertx.setTimer(
                        config.helloMs(),
                        late -> close(
                                CloseCode.UNAUTHENTICATED,
                                "say hello with a token within " + config.helloMs() + " ms"));
            }
        }
    }

    @Override
    public Sight sight() {
        return new Sight(
                guest == null ? Optional.empty() : guest.name(),
                flows.filters(),
                flows.subscriptions(),
                outbox.delivered(),
                published,
                outbox.unsent());
    }

    @Override
    public void close() {
        close(CloseCode.CLOSED, "an operator closed this connection");
    }

    /** Nothing is done for anybody until it is known who it is. */
    private void enter(String token, Runnable then) {
        guest = null;
        gate.enter(Optional.of(token), peer).onComplete(entered -> {
            if (closed) {
                if (entered.succeeded()) {
                    entered.result().leave();
                }
            } else if (entered.failed()) {
                refuse(entered.cause());
            } else {
                guest = entered.result();
                publishes.of(guest.broker(), gate.status().durable());
                if (!stays()) {
                    return;
                }
                guest.whenGone(this::over);
                then.run();
                work();
            }
        });
    }

    /** @return false when a limit gives him no other connection, and this one is closed */
    private boolean stays() {
        if (stay != null) {
            stay.end();
        }
        try {
            stay = guest.stay();
            return true;
        } catch (Refusal full) {
            close(CloseCode.LIMITED, full.getMessage());
            return false;
        }
    }

    private void refuse(Throwable failure) {
        Problem problem = Problems.of(failure);
        close(problem.retryable() ? CloseCode.OVERLOADED : CloseCode.UNAUTHENTICATED, problem.message());
    }

    /** Vert.x closes after this; without a code the client would come again and send the same. */
    private void broken(Throwable failure) {
        String what = String.valueOf(failure.getMessage());
        if (what.startsWith("Max frame length")) {
            close(CloseCode.TOO_LARGE, "a message has at most " + config.maxMessageBytes() + " bytes");
        } else if (!(failure instanceof IOException)) {
            close(CloseCode.UNREADABLE, what);
        }
    }

    // What comes.

    private void frame(WebSocketFrame frame) {
        heard = true;
        arriving.taken(frame);
        switch (frame.type()) {
            case TEXT, CONTINUATION -> text(received(frame), frame.isFinal());
            case BINARY -> {
                received(frame);
                close(CloseCode.BINARY, "commands are text");
            }
            case PING, PONG, CLOSE -> {}
        }
    }

    private Buffer received(WebSocketFrame frame) {
        Buffer data = frame.binaryData();
        listener.received(data.length());
        return data;
    }

    private void text(Buffer data, boolean isFinal) {
        if (closed || leaving) {
            return;
        }
        int length = (fragments == null ? 0 : fragments.length()) + data.length();
        if (length > config.maxMessageBytes()) {
            fragments = null;
            close(CloseCode.TOO_LARGE, "a message has at most " + config.maxMessageBytes() + " bytes");
            return;
        }
        if (!isFinal || fragments != null) {
            fragments = (fragments == null ? Buffer.buffer(length) : fragments).appendBuffer(data);
        }
        if (isFinal) {
            byte[] message = (fragments == null ? data : fragments).getBytes();
            fragments = null;
            waiting.add(message);
            messageBytes += message.length;
            work();
        }
    }

    private void hold() {
        unfinished.hold(closed ? 0 : arriving.bytes() + messageBytes + (fragments == null ? 0 : fragments.length()));
    }

    /** Does what has come, as far as there is room. */
    private void work() {
        while (!closed && !leaving && !isBusy() && (reader != null || !waiting.isEmpty())) {
            try {
                if (reader == null) {
                    byte[] message = waiting.poll();
                    reading = message.length;
                    reader = new CommandReader(message, config.maxBatch());
                }
                Command command = reader.next();
                if (command == null) {
                    reader = null;
                    messageBytes -= reading;
                } else {
                    handle(command);
                    errorsInARow = 0;
                }
            } catch (Malformed wrong) {
                refuse(wrong);
            }
        }
        hold();
        boolean pause = reader != null || !waiting.isEmpty() || isBusy();
        if (pause != paused && !closed) {
            paused = pause;
            Arriving.read(socket, !pause);
        }
    }

    private boolean isBusy() {
        return guest == null
                || messagesUnderWay >= config.maxPublishes()
                || bytesUnderWay >= config.maxPublishBytes()
                || outbox.isFull();
    }

    private void refuse(Malformed wrong) {
        outbox.reply(new Reply.Failed(wrong.id(), Problems.of(wrong)));
        errorsInARow++;
        if (wrong.isUnreadable()) {
            reader = null;
            close(CloseCode.UNREADABLE, wrong.getMessage());
        } else if (errorsInARow >= config.maxErrors()) {
            close(CloseCode.TOO_MANY_ERRORS, errorsInARow + " wrong commands in a row");
        }
    }

    private void handle(Command command) {
        if (stay == null && !(command instanceof Command.Hello) && !stays()) {
            return;
        }
        if (command instanceof Command.Publish publish) {
            publish(publish);
        } else if (command instanceof Command.Credit credit) {
            flows.credit(credit);
            done(credit);
        } else if (command instanceof Command.Subscribe subscribe) {
            flows.subscribe(guest, subscribe);
        } else if (command instanceof Command.Unsubscribe unsubscribe) {
            flows.unsubscribe(unsubscribe);
            done(unsubscribe);
        } else if (command instanceof Command.Hello hello) {
            hello(hello);
        } else if (command instanceof Command.Ping) {
            done(command);
        } else if (command instanceof Command.Work work) {
            flows.work(guest, work);
        } else if (command instanceof Command.Settling settling) {
            Future<Reply> answer = flows.settle(guest, settling);
            underWay(settling.leases().size(), 0, answer, settling.id());
        } else if (command instanceof Command.WatchMail watch) {
            flows.watch(guest, watch);
        } else {
            throw new AssertionError("unhandled " + command);
        }
    }

    private void done(Command command) {
        if (!command.id().isEmpty()) {
            outbox.reply(new Reply.Done(command.id()));
        }
    }

    private void hello(Command.Hello hello) {
        if (!hello.token().isEmpty()) {
            if (!flows.isEmpty() || messagesUnderWay > 0) {
                throw Malformed.of("malformed", "hello with a token comes before all else", hello.id());
            }
            vertx.cancelTimer(helloTimer);
            guest.leave();
            enter(hello.token(), () -> welcome(hello));
            return;
        }
        welcome(hello);
    }

    private void welcome(Command.Hello hello) {
        if (hello.producer().isEmpty()) {
            if (hello.epoch() >= 0) {
                outbox.reply(new Reply.Failed(hello.id(), Problems.malformed("epoch goes with a producer")));
                return;
            }
            done(hello);
            return;
        }
        long epoch = hello.epoch() >= 0 ? hello.epoch() : door.nextEpoch();
        publishes.producer(hello.producer(), epoch);
        if (!hello.id().isEmpty()) {
            outbox.reply(new Reply.Welcome(hello.id(), hello.producer(), epoch));
        }
    }

    private void publish(Command.Publish command) {
        Future<Reply> answer;
        try {
            answer = publishes.publish(command);
        } catch (Malformed wrong) {
            throw Malformed.of(wrong.code(), wrong.getMessage(), command.id());
        }
        int messages = command.batch().items().size();
        published += messages;
        long bytes = 0;
        for (PublishItem item : command.batch().items()) {
            bytes += item.body().length;
        }
        underWay(messages, bytes, answer, command.id());
    }

    private void underWay(int messages, long bytes, Future<Reply> answer, String id) {
        messagesUnderWay += messages;
        bytesUnderWay += bytes;
        answer.onComplete(done -> {
            messagesUnderWay -= messages;
            bytesUnderWay -= bytes;
            answered(id, done);
        });
    }

    private void answered(String id, AsyncResult<Reply> done) {
        if (closed) {
            return;
        }
        Reply reply = done.succeeded() ? done.result() : new Reply.Failed(id, Problems.of(done.cause()));
        if (!id.isEmpty() || reply instanceof Reply.Failed) {
            outbox.reply(reply);
        }
        if (leaving) {
            maybeLeave();
        } else if (paused) {
            work();
        }
    }

    // What goes.

    private void flushed() {
        flows.flushed();
    }

    private void drained() {
        if (closed) {
            return;
        }
        flows.drained();
        if (paused) {
            work();
        }
    }

    // The end.

    private void arm() {
        // Not periodic: after a pause of the process all ticks would come at once, and every peer would seem silent.
        timer = vertx.setTimer(config.pingMs(), id -> ping());
    }

    private void ping() {
        // While the socket is paused for the broker's sake nothing can be heard. Who takes bytes lives, too.
        boolean lives = heard || outbox.taken() != takenAtPing || paused && !outbox.isFull();
        if (!lives && pinged) {
            close(CloseCode.SILENT, "no sign of life");
            return;
        }
        pinged = !lives;
        heard = false;
        takenAtPing = outbox.taken();
        if (!socket.isClosed()) {
            socket.writePing(Buffer.buffer()).onFailure(gone -> {});
        }
        arm();
    }

    private void close(CloseCode code, String reason) {
        if (closed) {
            return;
        }
        outbox.flush();
        // A close frame's reason has at most 123 bytes (RFC 6455 §5.5).
        String ascii = reason.replaceAll("[^\\x20-\\x7E]", "?");
        String fits = ascii.length() <= 120 ? ascii : ascii.substring(0, 117) + "...";
        release();
        Arriving.read(socket, true);
        socket.close(code.code(), fits).onFailure(gone -> {});
    }

    /** Its client comes again; who reads nothing is not waited for. */
    private void cut(Allowance allowance) {
        if (!closed) {
            close(CloseCode.OVERLOADED, allowance.why());
        }
        vertx.setTimer(CUT_MS, id -> Arriving.cut(socket));
    }

    /** Ends what the connection holds; nothing is read or said any more. */
    private void release() {
        closed = true;
        vertx.cancelTimer(timer);
        vertx.cancelTimer(helloTimer);
        reader = null;
        waiting.clear();
        fragments = null;
        unfinished.end();
        flows.close();
        if (stay != null) {
            stay.end();
        }
        if (guest != null) {
            guest.leave();
        }
    }

    private void closed() {
        if (!closed) {
            release();
        }
        if (gone.tryComplete()) {
            connection.close();
            shown.run();
            door.gone(this);
        }
    }

    /** The node stops: answers what is under way, takes nothing more, and sends the client elsewhere. */
    Future<Void> drain() {
        context.runOnContext(v -> leave(config.drainMs()));
        return gone.future();
    }

    /** His token holds no longer: he hears nothing more but what became of what he had published. */
    private void over() {
        flows.close();
        lastCode = CloseCode.UNAUTHENTICATED;
        lastWord = "the token holds no longer";
        leave(LAST_ANSWERS_MS);
    }

    private void leave(long ms) {
        if (closed || leaving) {
            return;
        }
        leaving = true;
        flows.leave();
        Arriving.read(socket, false);
        vertx.cancelTimer(timer);
        timer = vertx.setTimer(ms, id -> close(lastCode, lastWord));
        maybeLeave();
    }

    private void maybeLeave() {
        if (messagesUnderWay == 0) {
            close(lastCode, lastWord);
        }
    }
}
