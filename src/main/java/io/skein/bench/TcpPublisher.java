package io.skein.bench;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.nio.charset.StandardCharsets;

/**
 * Publishes over the TCP port: {@code FORMAT:JSON;ACK|} frames, several to a segment, and one line for each in their
 * order.
 */
final class TcpPublisher implements Publisher {
    private static final int MAX_LINE_BYTES = 4096;

    private final NetClient client;
    private final Target target;
    private final Topics topics;
    private final Stamp stamp;
    /** When each message on its way was due, oldest first; a ring. */
    private final long[] due;

    private final StringBuilder frames = new StringBuilder();
    private final double nanosBetween;
    private long head;
    private long tail;
    private NetSocket socket;
    private Answers answers;

    /**
     * @param window messages under way
     * @param nanosBetween from one message that is due to the next; 0 in a closed loop
     */
    TcpPublisher(NetClient client, Target target, Topics topics, Stamp stamp, int window, double nanosBetween) {
        this.client = client;
        this.target = target;
        this.topics = topics;
        this.stamp = stamp;
        this.nanosBetween = nanosBetween;
        due = new long[window];
    }

    @Override
    public Future<Void> connect(Answers to) {
        answers = to;
        return client.connect(target.port(), target.host()).compose(connected -> {
            RecordParser lines = RecordParser.newDelimited("\n", line -> line(line.toString(StandardCharsets.UTF_8)));
            lines.maxRecordSize(MAX_LINE_BYTES);
            lines.exceptionHandler(failure -> connected.close().onFailure(ignored -> {}));
            socket = connected;
            socket.handler(lines);
            socket.exceptionHandler(failure -> {});
            socket.closeHandler(closed -> closed(connected));
            String hello = target.token().isEmpty() ? "PUBLISH" : "AUTH " + target.token() + "\nPUBLISH";
            return socket.write(hello);
        });
    }

    /** Answers come singly, each with the time when that message was due. */
    @Override
    public void publish(long dueAt, int count) {
        long now = System.nanoTime();
        frames.setLength(0);
        for (int i = 0; i < count; i++) {
            due[(int) (tail++ % due.length)] = dueAt + Math.round(i * nanosBetween);
            frames.append("FORMAT:JSON;ACK|{\"Topic\":\"").append(topics.next()).append("\",\"Value\":\"");
            stamp.append(frames, now);
            frames.append("\"}\n");
        }
        socket.write(Buffer.buffer(frames.toString().getBytes(StandardCharsets.ISO_8859_1)))
                .onFailure(ignored -> {});
    }

    private void line(String line) {
        if (head == tail) {
            return;
        }
        long dueAt = due[(int) (head++ % due.length)];
        if (line.startsWith("OK ")) {
            answers.acked(dueAt, 1);
        } else {
            // ERR <code> <text>
            String[] words = line.split(" ", 3);
            answers.failed(dueAt, 1, words.length > 1 ? words[1] : "unreadable");
        }
    }

    private void closed(NetSocket which) {
        if (which != socket) {
            return;
        }
        socket = null;
        while (head < tail) {
            answers.failed(due[(int) (head++ % due.length)], 1, "connection-closed");
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
