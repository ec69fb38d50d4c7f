package io.skein.protocol.http;

import io.skein.broker.Freshness;
import io.skein.broker.From;
import io.skein.broker.NodeStatus;
import io.skein.broker.Page;
import io.skein.broker.Publish;
import io.skein.broker.Read;
import io.skein.broker.Refusal;
import io.skein.broker.SubscriberInfo;
import io.skein.broker.TopicInfo;
import io.skein.frame.Delivered;
import io.skein.frame.MessageJson;
import io.skein.raft.Role;
import io.skein.store.StoredMessage;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The routes of the PAD system (API.md section 5), shape by shape; {@code GET /status} is one object with that of the
 * Raft REST message queue. All GETs are this node's word, also without a leader. Indexes count from 0 here, the log's
 * from 1.
 */
final class PadRoutes {
    private static final int NEWEST = 20;
    private static final Page NOTHING = new Page(List.of(), "", List.of(), 0);
    private static final int MAX_SUBSCRIBERS = 1_000;

    private final HttpConfig config;
    private final Rate rate;

    /** Messages per minute, by the door's beat. */
    interface Rate {
        long perMinute();
    }

    PadRoutes(HttpConfig config, Rate rate) {
        this.config = config;
        this.rate = rate;
    }

    void status(Exchange exchange) {
        NodeStatus status = exchange.door.gate().status();
        exchange.json(
                200,
                new JsonObject()
                        .put("status", "online")
                        .put("port", config.tcpPort())
                        .put("subscribers", status.figures().subscribers())
                        .put("current_connections", status.figures().connections())
                        .put("role", role(status.heldRole()))
                        .put("term", status.term())
                        .put("commit_index", status.commitIndex() - 1)
                        .put("raft_status", raft(status)));
    }

    void raft(Exchange exchange) {
        exchange.json(200, raft(exchange.door.gate().status()));
    }

    private static JsonObject raft(NodeStatus status) {
        return new JsonObject()
                .put("node_id", status.node())
                .put("state", state(status.role()))
                .put("current_term", status.term())
                .put("log_length", status.lastLogIndex())
                .put("commit_index", status.commitIndex() - 1)
                .put("last_applied", status.appliedIndex() - 1)
                .put("cluster_size", Math.max(1, status.members().size()));
    }

    private static String state(Role role) {
        return switch (role) {
            case LEADER -> "LEADER";
            case CANDIDATE -> "CANDIDATE";
            case FOLLOWER, LEARNER -> "FOLLOWER";
        };
    }

    private static String role(Role role) {
        return switch (role) {
            case LEADER -> "Leader";
            case CANDIDATE -> "Candidate";
            case FOLLOWER, LEARNER -> "Follower";
        };
    }

    void stats(Exchange exchange) {
        NodeStatus.Figures figures = exchange.door.gate().status().figures();
        exchange.json(
                200,
                new JsonObject()
                        .put("total_messages", figures.stored())
                        .put("active_subscribers", figures.subscribers())
                        .put("current_connections", figures.connections())
                        .put("topics_count", figures.topics())
                        .put("messages_per_minute", rate.perMinute()));
    }

    void topics(Exchange exchange) {
        exchange.broker().topics(Optional.empty(), Freshness.NONE).onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
                return;
            }
            JsonArray names = new JsonArray();
            done.result().stream()
                    .map(info -> info.view().name().value())
                    .sorted()
                    .forEach(names::add);
            exchange.json(200, new JsonObject().put("topics", names));
        });
    }

    /** The newest twenty messages lie in the twenty topics that were written to last. */
    void messages(Exchange exchange) {
        exchange.broker()
                .topics(Optional.empty(), Freshness.NONE)
                .compose(topics -> Future.all(topics.stream()
                                .filter(info -> info.view().count() > 0)
                                .sorted(Comparator.comparingLong(
                                                (TopicInfo info) -> info.view().lastTime())
                                        .reversed())
                                .limit(NEWEST)
                                .map(info -> newest(exchange, info))
                                .toList())
                        .map(pages -> pages.<Page>list()))
                .onComplete(done -> {
                    if (done.failed()) {
                        exchange.fail(done.cause());
                        return;
                    }
                    JsonArray messages = new JsonArray();
                    done.result().stream()
                            .flatMap(page -> page.messages().stream())
                            .sorted(Comparator.comparing(StoredMessage::cursor).reversed())
                            .limit(NEWEST)
                            .forEach(message -> messages.add(json(message)));
                    exchange.json(200, new JsonObject().put("messages", messages));
                });
    }

    /** Nothing of a topic that this client may know and not read. */
    private static Future<Page> newest(Exchange exchange, TopicInfo info) {
        long from = Math.max(info.view().lowWater(), info.view().nextOffset() - NEWEST);
        List<TopicFilter> topic = List.of(new TopicFilter(info.view().name().value()));
        return exchange.broker()
                .read(new Read(topic, new From.Offset(from), NEWEST, 0, Freshness.NONE))
                .recover(cause -> cause instanceof Refusal refusal && refusal.kind() == Refusal.Kind.FORBIDDEN
                        ? Future.succeededFuture(NOTHING)
                        : Future.failedFuture(cause));
    }

    private static JsonObject json(StoredMessage stored) {
        Delivered message = MessageJson.decode(stored.json());
        return new JsonObject()
                .put("topic", message.topic())
                .put("format", message.format())
                .put("content", message.text())
                .put("timestamp", Instant.ofEpochMilli(message.time()).toString());
    }

    void subscribers(Exchange exchange) {
        exchange.broker().subscribers(MAX_SUBSCRIBERS).onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
                return;
            }
            JsonArray subscribers = new JsonArray();
            for (SubscriberInfo info : done.result()) {
                subscribers.add(new JsonObject()
                        .put("id", info.id())
                        .put("address", info.peer())
                        .put("protocol", info.door())
                        .put("topics", new JsonArray(List.copyOf(info.filters())))
                        .put("delivered", info.delivered()));
            }
            exchange.json(200, new JsonObject().put("subscribers", subscribers));
        });
    }

    void publish(Exchange exchange) {
        RequestBody.read(exchange, "a message", config.maxMessageBytes(), body -> publish(exchange, body));
    }

    private void publish(Exchange exchange, byte[] body) {
        JsonObject json;
        try {
            json = new JsonObject(new String(body, StandardCharsets.UTF_8));
        } catch (DecodeException | ClassCastException notAnObject) {
            throw Query.malformed("the body is no JSON object");
        }
        TopicName topic = PublishRoute.topic(text(json, "topic", "default"));
        Format format = PublishOptions.format("format", text(json, "format", "RAW"));
        Optional<String> key = Optional.ofNullable(exchange.request.getHeader("Idempotency-Key"))
                .map(PublishOptions::idempotencyKey);
        String content = text(json, "content", text(json, "body", null));
        if (content == null) {
            throw Query.malformed("content (or body) is missing");
        }
        String whole = PadMessage.standard(format, content, topic.value(), PadMessage.id(key));
        String contentType = switch (format) {
            case JSON -> "application/json";
            case XML -> "application/xml";
            case RAW -> "";
        };
        boolean forwarded = exchange.door.gate().status().role() != Role.LEADER;
        exchange.proposed();
        Message message = new Message("", List.of(), format, contentType, whole.getBytes(StandardCharsets.UTF_8));
        Publish publish =
                new Publish(List.of(Publication.of(topic, message)), false, Optional.empty(), "http", "/publish", key);
        exchange.broker().publish(publish).onComplete(done -> {
            if (done.failed()) {
                exchange.fail(done.cause());
            } else if (done.result().results().get(0) instanceof TopicOutcome.Refused refused) {
                exchange.problem(Problem.of(refused.rejected()));
            } else {
                if (done.result().replayed()) {
                    exchange.replayed();
                }
                exchange.json(200, new JsonObject().put("success", true).put("forwarded", forwarded));
            }
        });
    }

    /** Text as it is; a JSON value in its place is taken as its text. */
    private static String text(JsonObject json, String name, String preset) {
        Object value = json.getValue(name);
        return value == null ? preset : value.toString();
    }
}
