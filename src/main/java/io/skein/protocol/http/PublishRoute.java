package io.skein.protocol.http;

import io.skein.broker.Publish;
import io.skein.broker.PublishAck;
import io.skein.broker.Refusal;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code POST /t/{topic}}: the body is the message, bytes as they are. The hot path of the door: no router, no pattern,
 * no JSON tree; what depends on the topic's name only is made once.
 */
final class PublishRoute {
    /** Topics whose texts are kept; above, all are forgotten and made again. */
    private static final int MAX_TARGETS = 4_096;

    /**
     * What publishing to one topic needs, by the path as clients write it.
     *
     * @param accepted begins the answer: {@code {"topic":"orders","offset":}
     * @param location begins the message's address: {@code /t/orders?from=}
     */
    private record Target(TopicName topic, String accepted, String location, String scope) {}

    private final HttpConfig config;
    private final Map<String, Target> targets = new HashMap<>();
    private final StringBuilder text = new StringBuilder(256);

    PublishRoute(HttpConfig config) {
        this.config = config;
    }

    void publish(Exchange exchange) {
        Target target = target(exchange.rest);
        PublishOptions options = PublishOptions.of(exchange.request);
        if (isEncoded(exchange)) {
            return;
        }
        RequestBody.read(
                exchange, "a message", config.maxMessageBytes(), body -> publish(exchange, target, options, body));
    }

    /** The message would be kept without its encoding's name, and no reader could know. */
    static boolean isEncoded(Exchange exchange) {
        String encoding = exchange.request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding == null || encoding.isEmpty() || encoding.equalsIgnoreCase("identity")) {
            return false;
        }
        exchange.problem(Problem.of(
                415,
                "unsupported-encoding",
                "Content-Encoding " + encoding + " is not understood; send the bytes as they are"));
        return true;
    }

    private void publish(Exchange exchange, Target target, PublishOptions options, byte[] body) {
        Message message = new Message(options.key, options.headers, options.format(), options.contentType, body);
        Publication publication =
                new Publication(target.topic(), message, options.delayMs, options.ttlMs, options.expectOffset);
        Publish publish = new Publish(
                List.of(publication), false, options.sequence(), "http", target.scope(), options.idempotencyKey);
        exchange.proposed();
        exchange.broker().publish(publish).onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
            } else {
                answer(exchange, target, done.result());
            }
        });
    }

    private void answer(Exchange exchange, Target target, PublishAck ack) {
        TopicOutcome.Result result = ack.results().get(0);
        if (ack.replayed() && !(result instanceof TopicOutcome.Refused)) {
            exchange.replayed();
        }
        if (result instanceof TopicOutcome.Accepted accepted) {
            accepted(exchange, target, ack, accepted);
        } else if (result instanceof TopicOutcome.Delayed delayed) {
            text.setLength(0);
            text.append(target.accepted(), 0, target.accepted().length() - "\"offset\":".length());
            text.append("\"cursor\":\"").append(ack.text(delayed.cursor()));
            text.append("\",\"due\":").append(delayed.due());
            text.append(",\"term\":").append(ack.term());
            text.append(",\"index\":").append(ack.index()).append('}');
            exchange.answer(202, Exchange.JSON, Buffer.buffer(text.toString()), ack.index());
        } else if (result instanceof TopicOutcome.Refused refused) {
            exchange.problem(Problem.of(refused.rejected()));
        } else {
            throw new AssertionError("unhandled " + result);
        }
    }

    private void accepted(Exchange exchange, Target target, PublishAck ack, TopicOutcome.Accepted accepted) {
        text.setLength(0);
        if (accepted.offset() < 0) {
            // A repeat older than the producer's window: it was taken, where is forgotten.
            text.append(target.accepted(), 0, target.accepted().length() - "\"offset\":".length());
            text.append("\"replayed\":true");
        } else {
            text.append(target.accepted()).append(accepted.offset());
            text.append(",\"cursor\":\"").append(ack.text(accepted.cursor())).append('"');
        }
        text.append(",\"term\":").append(ack.term());
        text.append(",\"index\":").append(ack.index());
        text.append(",\"durable\":\"").append(exchange.status().durable()).append("\"}");
        Buffer body = Buffer.buffer(text.toString());
        if (accepted.offset() >= 0) {
            text.setLength(0);
            text.append(target.location()).append(accepted.offset()).append("&limit=1");
            exchange.response.headers().set(HttpHeaders.LOCATION, text.toString());
        }
        exchange.answer(accepted.offset() < 0 ? 200 : 201, Exchange.JSON, body, ack.index());
    }

    private Target target(String path) {
        Target known = targets.get(path);
        if (known != null) {
            return known;
        }
        TopicName topic = topic(Percent.decode(path));
        Target target = new Target(
                topic,
                "{\"topic\":" + Json.encode(topic.value()) + ",\"offset\":",
                "/t/" + Percent.encodePath(topic.value()) + "?from=",
                scope(topic));
        if (targets.size() == MAX_TARGETS) {
            targets.clear();
        }
        targets.put(path, target);
        return target;
    }

    /** What an idempotency key of a message to this topic is unique within, over every route. */
    static String scope(TopicName topic) {
        return "/t/" + topic.value();
    }

    /** @throws Refusal with the name's own sentence when it is none */
    static TopicName topic(String text) {
        try {
            return new TopicName(text);
        } catch (IllegalArgumentException notAName) {
            throw Query.malformed(notAName.getMessage());
        }
    }

    /** The rejection of an all-or-none command that says why; the others were only taken along. */
    static Optional<Rejected> reason(List<TopicOutcome.Result> results) {
        Rejected reason = null;
        for (TopicOutcome.Result result : results) {
            if (result instanceof TopicOutcome.Refused refused
                    && (reason == null || reason.reason() == Rejection.ABORTED)) {
                reason = refused.rejected();
            }
        }
        return Optional.ofNullable(reason);
    }
}
