package io.skein.bench;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;

/**
 * What load to put on a node.
 *
 * @param url {@code http://host:port} of the node
 * @param tcpPort the node's TCP port, for the door {@code TCP}
 * @param token for a node that asks for one; empty when there is none
 * @param publishers connections that publish, 0 to 10,000
 * @param window messages under way on each of them, 1 to 65,536; over HTTP a request is one at a time
 * @param batch messages sent together, 1 to 4,096
 * @param bytes size of a body, at least 18
 * @param topics {@code <prefix>/0}, {@code <prefix>/1}..., dealt to the messages in turn
 * @param subscribers WebSocket connections that take everything
 * @param maxLag in a closed loop publishers wait while subscribers are further behind than so many messages; 0: they don't
 * @param perSecond messages a second of all publishers together, in an open loop; 0 for a closed loop
 * @param warmUp not measured
 * @param time measured
 * @param loops event loops of the generator
 */
public record LoadConfig(
        String url,
        int tcpPort,
        String token,
        Door door,
        int publishers,
        int window,
        int batch,
        int bytes,
        String prefix,
        int topics,
        int subscribers,
        int maxLag,
        double perSecond,
        Duration warmUp,
        Duration time,
        int loops) {

    /** How messages are published. Subscribers always use the WebSocket. */
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

    /** 4 publishers, 256 in flight each, 64 to a frame, 256 bytes, one topic, one subscriber, 2 s and 10 s. */
    public static LoadConfig defaults(String url) {
        return new LoadConfig(
                url,
                5000,
                "",
                Door.WS,
                4,
                256,
                64,
                256,
                "bench",
                1,
                1,
                0,
                0,
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Math.min(2, Runtime.getRuntime().availableProcessors()));
    }

    public LoadConfig {
        check("publishers", publishers, 0, 10_000);
        check("window", window, 1, 65_536);
        check("batch", batch, 1, 4_096);
        check("bytes", bytes, Stamp.LENGTH, 1 << 20);
        check("topics", topics, 1, 100_000);
        check("subscribers", subscribers, 0, 10_000);
        check("max lag", maxLag, 0, 1 << 30);
        check("loops", loops, 1, 64);
        check("seconds", time.toSeconds(), 0, 24 * 3600);
        if (!(perSecond >= 0 && perSecond <= 10_000_000)) {
            throw new IllegalArgumentException("rate " + perSecond + " is not within 0 to 10000000");
        }
        if (window < batch && door != Door.HTTP) {
            throw new IllegalArgumentException("window " + window + " is smaller than batch " + batch);
        }
        if (prefix.isEmpty() || !prefix.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c) || c == '-')) {
            throw new IllegalArgumentException("topic prefix \"" + prefix + "\" is not of letters, digits and '-'");
        }
    }

    private static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " " + value + " is not within " + least + " to " + most);
        }
    }

    boolean isOpenLoop() {
        return perSecond > 0;
    }

    /** Messages one connection may have under way. */
    int windowOfConnection() {
        return door == Door.HTTP ? batch : window;
    }

    String filter() {
        return topics == 1 ? Topics.name(prefix, 0) : prefix + "/#";
    }

    Target target() {
        return Target.of(url, token);
    }

    public LoadConfig withDoor(Door other, int connections, int inFlight, int together) {
        return new LoadConfig(
                url,
                tcpPort,
                token,
                other,
                connections,
                inFlight,
                together,
                bytes,
                prefix,
                topics,
                subscribers,
                maxLag,
                perSecond,
                warmUp,
                time,
                loops);
    }

    public LoadConfig withTopics(String otherPrefix, int count) {
        return new LoadConfig(
                url,
                tcpPort,
                token,
                door,
                publishers,
                window,
                batch,
                bytes,
                otherPrefix,
                count,
                subscribers,
                maxLag,
                perSecond,
                warmUp,
                time,
                loops);
    }

    public LoadConfig withBytes(int size) {
        return new LoadConfig(
                url,
                tcpPort,
                token,
                door,
                publishers,
                window,
                batch,
                size,
                prefix,
                topics,
                subscribers,
                maxLag,
                perSecond,
                warmUp,
                time,
                loops);
    }

    public LoadConfig withSubscribers(int count, int lag) {
        return new LoadConfig(
                url,
                tcpPort,
                token,
                door,
                publishers,
                window,
                batch,
                bytes,
                prefix,
                topics,
                count,
                lag,
                perSecond,
                warmUp,
                time,
                loops);
    }

    public LoadConfig withRate(double messagesPerSecond) {
        return new LoadConfig(
                url,
                tcpPort,
                token,
                door,
                publishers,
                window,
                batch,
                bytes,
                prefix,
                topics,
                subscribers,
                maxLag,
                messagesPerSecond,
                warmUp,
                time,
                loops);
    }

    public LoadConfig withTimes(Duration first, Duration then) {
        return new LoadConfig(
                url,
                tcpPort,
                token,
                door,
                publishers,
                window,
                batch,
                bytes,
                prefix,
                topics,
                subscribers,
                maxLag,
                perSecond,
                first,
                then,
                loops);
    }

    public LoadConfig withTcpPort(int port) {
        return new LoadConfig(
                url,
                port,
                token,
                door,
                publishers,
                window,
                batch,
                bytes,
                prefix,
                topics,
                subscribers,
                maxLag,
                perSecond,
                warmUp,
                time,
                loops);
    }

    public LoadConfig withToken(String secret) {
        return new LoadConfig(
                url,
                tcpPort,
                secret,
                door,
                publishers,
                window,
                batch,
                bytes,
                prefix,
                topics,
                subscribers,
                maxLag,
                perSecond,
                warmUp,
                time,
                loops);
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("url", url)
                .put("door", door.name().toLowerCase(Locale.ROOT))
                .put("publishers", publishers)
                .put("window", windowOfConnection())
                .put("batch", batch)
                .put("bytes", bytes)
                .put("topics", topics)
                .put("subscribers", subscribers)
                .put("maxLag", maxLag)
                .put("rate", perSecond)
                .put("warmUpSeconds", warmUp.toMillis() / 1000.0)
                .put("seconds", time.toMillis() / 1000.0);
    }
}
