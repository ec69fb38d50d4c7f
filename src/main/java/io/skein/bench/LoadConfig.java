package io.skein.bench;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;

/**
 * What load to put on a node. Begin with {@link #defaults} and change what is to be otherwise.
 *
 * @param loops event loops of the generator
 */
public record LoadConfig(
        Where where, Publishing publishing, Spread spread, Listening listening, Times times, int loops) {

    /** How messages are published. Subscribers always use the WebSocket, by hand except with {@link #CLIENT}. */
    public enum Door {
        /** Frames of the WebSocket protocol, written by hand: the node is measured, not a library. */
        WS,
        /** The same through the client library. */
        CLIENT,
        /** {@code POST /t/<topic>}, or {@code /v1/publish} for a batch, one request at a time on each connection. */
        HTTP,
        /** Frames of the PAD system with {@code ;ACK}. */
        TCP
    }

    /**
     * The node.
     *
     * @param url {@code http://host:port} or {@code https://host:port}
     * @param tcpPort the node's TCP port, for the door {@code TCP}
     * @param token for a node that asks for one; empty when there is none
     * @param authority PEM of who signed the node's certificate; empty: those that the JDK knows
     */
    public record Where(String url, int tcpPort, String token, String authority) {
        Target target() {
            return Target.of(url, token, authority);
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "Where[" + url + ", " + tcpPort + "]";
        }
    }

    /**
     * @param publishers connections that publish, 0 to 10,000
     * @param window messages under way on each of them, 1 to 65,536; over HTTP a request is one at a time
     * @param batch messages sent together, 1 to 4,096
     * @param bytes size of a body, at least 18
     * @param perSecond messages a second of all publishers together, in an open loop; 0 for a closed loop
     */
    public record Publishing(Door door, int publishers, int window, int batch, int bytes, double perSecond) {
        public Publishing {
            check("publishers", publishers, 0, 10_000);
            check("window", window, 1, 65_536);
            check("batch", batch, 1, 4_096);
            check("bytes", bytes, Stamp.LENGTH, 1 << 20);
            if (!(perSecond >= 0 && perSecond <= 10_000_000)) {
                throw new IllegalArgumentException("rate " + perSecond + " is not within 0 to 10000000");
            }
            if (window < batch && door != Door.HTTP) {
                throw new IllegalArgumentException("window " + window + " is smaller than batch " + batch);
            }
        }

        boolean isOpenLoop() {
            return perSecond > 0;
        }

        /** From one message of a publisher that is due to its next; 0 in a closed loop. */
        double nanosBetween() {
            return isOpenLoop() ? publishers * 1e9 / perSecond : 0;
        }

        /** Messages one connection may have under way. */
        int windowOfConnection() {
            return door == Door.HTTP ? batch : window;
        }
    }

    /** {@code <prefix>/0}, {@code <prefix>/1}..., dealt to the messages in turn. */
    public record Spread(String prefix, int topics) {
        public Spread {
            check("topics", topics, 1, 100_000);
            if (prefix.isEmpty()
                    || !prefix.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c) || c == '-')) {
                throw new IllegalArgumentException("topic prefix \"" + prefix + "\" is not of letters, digits and '-'");
            }
        }

        String filter() {
            return topics == 1 ? Topics.name(prefix, 0) : prefix + "/#";
        }
    }

    /**
     * @param subscribers WebSocket connections that take everything
     * @param maxLag in a closed loop publishers wait while subscribers are further behind than so many messages; 0: they
     *     don't
     */
    public record Listening(int subscribers, int maxLag) {
        public Listening {
            check("subscribers", subscribers, 0, 10_000);
            check("max lag", maxLag, 0, 1 << 30);
        }
    }

    /**
     * @param warmUp not measured
     * @param measured after that
     */
    public record Times(Duration warmUp, Duration measured) {
        public Times {
            check("seconds", measured.toSeconds(), 0, 24 * 3600);
        }
    }

    /** 4 publishers, 256 in flight each, 64 to a frame, 256 bytes, one topic, one subscriber, 2 s and 10 s. */
    public static LoadConfig defaults(String url) {
        return new LoadConfig(
                new Where(url, 5000, "", ""),
                new Publishing(Door.WS, 4, 256, 64, 256, 0),
                new Spread("bench", 1),
                new Listening(1, 0),
                new Times(Duration.ofSeconds(2), Duration.ofSeconds(10)),
                Math.min(2, Runtime.getRuntime().availableProcessors()));
    }

    public LoadConfig {
        check("loops", loops, 1, 64);
    }

    static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " " + value + " is not within " + least + " to " + most);
        }
    }

    private LoadConfig with(Where other) {
        return new LoadConfig(other, publishing, spread, listening, times, loops);
    }

    private LoadConfig with(Publishing other) {
        return new LoadConfig(where, other, spread, listening, times, loops);
    }

    public LoadConfig withTcpPort(int port) {
        return with(new Where(where.url, port, where.token, where.authority));
    }

    public LoadConfig withAuthority(String pem) {
        return with(new Where(where.url, where.tcpPort, where.token, pem));
    }

    public LoadConfig withToken(String secret) {
        return with(new Where(where.url, where.tcpPort, secret, where.authority));
    }

    public LoadConfig withDoor(Door door, int connections, int inFlight, int together) {
        return with(new Publishing(door, connections, inFlight, together, publishing.bytes, publishing.perSecond));
    }

    public LoadConfig withBytes(int size) {
        Publishing now = publishing;
        return with(new Publishing(now.door, now.publishers, now.window, now.batch, size, now.perSecond));
    }

    public LoadConfig withRate(double messagesPerSecond) {
        Publishing now = publishing;
        return with(new Publishing(now.door, now.publishers, now.window, now.batch, now.bytes, messagesPerSecond));
    }

    public LoadConfig withTopics(String prefix, int count) {
        return new LoadConfig(where, publishing, new Spread(prefix, count), listening, times, loops);
    }

    public LoadConfig withSubscribers(int count, int lag) {
        return new LoadConfig(where, publishing, spread, new Listening(count, lag), times, loops);
    }

    public LoadConfig withTimes(Duration warmUp, Duration measured) {
        return new LoadConfig(where, publishing, spread, listening, new Times(warmUp, measured), loops);
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("url", where.url)
                .put("door", publishing.door.name().toLowerCase(Locale.ROOT))
                .put("publishers", publishing.publishers)
                .put("window", publishing.windowOfConnection())
                .put("batch", publishing.batch)
                .put("bytes", publishing.bytes)
                .put("topics", spread.topics)
                .put("subscribers", listening.subscribers)
                .put("maxLag", listening.maxLag)
                .put("rate", publishing.perSecond)
                .put("warmUpSeconds", times.warmUp.toMillis() / 1000.0)
                .put("seconds", times.measured.toMillis() / 1000.0);
    }
}
