package io.skein.bench;

import io.vertx.core.Future;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;

/** Publishes over {@code /ws}: one frame with one command for each group of messages, one reply. */
final class WebSocketPublisher implements Publisher {
    private final WebSocketClient client;
    private final Target target;
    private final Topics topics;
    private final Stamp stamp;
    private final InFlight inFlight;
    private final StringBuilder frame = new StringBuilder();
    private WebSocket socket;
    private Answers answers;

    /** @param window groups of messages under way */
    WebSocketPublisher(WebSocketClient client, Target target, Topics topics, Stamp stamp, int window) {
        this.client = client;
        this.target = target;
        this.topics = topics;
        this.stamp = stamp;
        inFlight = new InFlight(window);
    }

    static WebSocketConnectOptions options(Target target) {
        return new WebSocketConnectOptions()
                .setHost(target.host())
                .setPort(target.port())
                .setSsl(target.isTls())
                .setURI(target.path("/ws"));
    }

    /** Who speaks, if somebody asks. Nobody waits for an answer: what comes next is refused if this is. */
    static Future<Void> greet(WebSocket socket, Target target) {
        return target.token().isEmpty()
                ? Future.succeededFuture()
                : socket.writeTextMessage("{\"op\":\"hello\",\"token\":\"" + target.token() + "\"}");
    }

    @Override
    public Future<Void> connect(Answers to) {
        answers = to;
        return client.connect(options(target)).compose(connected -> {
            socket = connected;
            socket.textMessageHandler(this::read);
            socket.exceptionHandler(failure -> {});
            socket.closeHandler(closed -> closed(connected));
            return greet(connected, target);
        });
    }

    @Override
    public void publish(long due, int count) {
        long id = inFlight.add(due, count);
        long now = System.nanoTime();
        frame.setLength(0);
        frame.append("{\"id\":").append(id).append(",\"op\":\"publish\",");
        if (count == 1) {
            message(now);
        } else {
            frame.append("\"messages\":[");
            for (int i = 0; i < count; i++) {
                frame.append(i == 0 ? "{" : ",{");
                message(now);
                frame.append('}');
            }
            frame.append(']');
        }
        frame.append('}');
        // A socket that is closed throws before its close handler is called, which will tell of this message.
        if (!socket.isClosed()) {
            socket.writeTextMessage(frame.toString()).onFailure(ignored -> {});
        }
    }

    private void message(long now) {
        frame.append("\"topic\":\"").append(topics.next()).append("\",\"body\":\"");
        stamp.append(frame, now);
        frame.append('"');
    }

    /** Replies, joined by newlines when there are several. */
    private void read(String text) {
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            String reply = from == 0 && end < 0 ? text : text.substring(from, end < 0 ? text.length() : end);
            from += reply.length() + 1;
            reply(reply);
        }
    }

    private void reply(String json) {
        long id = PublishAnswer.id(json, 0);
        if (!inFlight.waits(id)) {
            return;
        }
        long due = inFlight.due(id);
        int count = inFlight.count(id);
        inFlight.answered(id);
        if (!PublishAnswer.isOk(json)) {
            answers.failed(due, count, PublishAnswer.code(json));
            return;
        }
        int refused = Math.min(count, PublishAnswer.refused(json));
        if (refused > 0) {
            answers.failed(due, refused, PublishAnswer.code(json));
        }
        if (count > refused) {
            answers.acked(due, count - refused);
        }
    }

    private void closed(WebSocket which) {
        if (which != socket) {
            return;
        }
        socket = null;
        inFlight.fail(answers, "connection-closed");
        answers.closed();
    }

    @Override
    public Future<Void> close() {
        WebSocket open = socket;
        socket = null;
        return open == null ? Future.succeededFuture() : open.close();
    }
}
