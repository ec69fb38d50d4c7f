package io.skein.bench;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;

/**
 * POSTs over one keep-alive connection, one request at a time. The requests are written and the answers read by hand:
 * on a machine that generator and server share, an ordinary HTTP client would cost more than the server that is measured.
 * A single message goes to {@code /t/<topic>}, several to {@code /v1/publish}.
 */
final class HttpPublisher implements Publisher {
    private final NetClient client;
    private final Target target;
    private final Topics topics;
    private final Stamp stamp;
    private final HttpAnswers parser = new HttpAnswers();
    private final StringBuilder body = new StringBuilder();
    private final StringBuilder request = new StringBuilder();
    private NetSocket socket;
    private Answers answers;
    private long due;
    /** Messages in the request that waits for its answer; 0 when none does. */
    private int waiting;

    HttpPublisher(NetClient client, Target target, Topics topics, Stamp stamp) {
        this.client = client;
        this.target = target;
        this.topics = topics;
        this.stamp = stamp;
    }

    @Override
    public Future<Void> connect(Answers to) {
        answers = to;
        return client.connect(target.port(), target.host()).map(connected -> {
            parser.clear();
            socket = connected;
            socket.handler(this::read);
            socket.exceptionHandler(failure -> {});
            socket.closeHandler(closed -> closed(connected));
            return null;
        });
    }

    @Override
    public void publish(long dueAt, int count) {
        due = dueAt;
        waiting = count;
        body.setLength(0);
        request.setLength(0);
        long now = System.nanoTime();
        if (count == 1) {
            stamp.append(body, now);
            request.append("POST ").append(target.path("/t/" + topics.next()));
        } else {
            body.append("{\"messages\":[");
            for (int i = 0; i < count; i++) {
                body.append(i == 0 ? "" : ",")
                        .append("{\"topic\":\"")
                        .append(topics.next())
                        .append("\",\"body\":\"");
                stamp.append(body, now);
                body.append("\"}");
            }
            body.append("]}");
            request.append("POST ").append(target.path("/v1/publish"));
        }
        request.append(" HTTP/1.1\r\nHost: ").append(target.host()).append(':').append(target.port());
        if (count > 1) {
            request.append("\r\nContent-Type: application/json");
        }
        if (!target.token().isEmpty()) {
            request.append("\r\nAuthorization: Bearer ").append(target.token());
        }
        request.append("\r\nContent-Length: ").append(body.length()).append("\r\n\r\n");
        request.append(body);
        socket.write(Buffer.buffer(request.toString().getBytes(StandardCharsets.ISO_8859_1)))
                .onFailure(ignored -> {});
    }

    private void read(Buffer bytes) {
        parser.add(bytes.getBytes());
        while (waiting > 0 && parser.next()) {
            int count = waiting;
            waiting = 0;
            if (parser.status() / 100 != 2) {
                String code = PublishAnswer.code(parser.body());
                answers.failed(due, count, code.isEmpty() ? "http-" + parser.status() : code);
                continue;
            }
            int refused = count == 1 ? 0 : PublishAnswer.refused(parser.body());
            if (refused > 0) {
                answers.failed(due, Math.min(refused, count), PublishAnswer.code(parser.body()));
            }
            if (count > refused) {
                answers.acked(due, count - refused);
            }
        }
        if (parser.isBroken()) {
            socket.close().onFailure(ignored -> {});
        }
    }

    private void closed(NetSocket which) {
        if (which != socket) {
            return;
        }
        socket = null;
        int count = waiting;
        waiting = 0;
        if (count > 0) {
            answers.failed(due, count, "connection-closed");
        }
        answers.closed();
    }

    @Override
    public Future<Void> close() {
        NetSocket open = socket;
        socket = null;
        return open == null ? Future.succeededFuture() : open.close();
    }
}
