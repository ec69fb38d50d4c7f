package io.skein.protocol.websocket;

import io.skein.broker.Broker;
import io.skein.broker.Publish;
import io.skein.broker.PublishAck;
import io.skein.frame.Command;
import io.skein.frame.Malformed;
import io.skein.frame.Problem;
import io.skein.frame.PublishBatch;
import io.skein.frame.PublishItem;
import io.skein.frame.PublishResult;
import io.skein.frame.Reply;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.Format;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Publish commands to the broker, and its answers back. A list goes as one command as long as it fits; a message with an
 * id of its own goes as a command of its own, because the id is its idempotency key. What is atomic, or has a sequence or
 * a key for the whole, is always one command. Keys have the scopes of the HTTP routes, so that a repeat may come in by
 * either door.
 */
final class Publishes {
    private static final String DOOR = "websocket";
    private static final int MAX_NAMES = 256;

    private Broker broker;
    private boolean inMemory;
    private final WebSocketConfig config;
    private final Map<String, TopicName> names = new HashMap<>();

    private String producer = "";
    private long epoch = -1;

    Publishes(WebSocketConfig config) {
        this.config = config;
    }

    /** From now on they are published here. @param durable as the node says it */
    void of(Broker where, String durable) {
        broker = where;
        inMemory = durable.equals("memory");
    }

    /** Messages that go as one command, with their places in the client's list. */
    private record Part(List<Publication> messages, int[] places, String id) {}

    /** From now on sequences are this producer's. */
    void producer(String name, long epoch) {
        this.producer = name;
        this.epoch = epoch;
    }

    /**
     * Asks the broker. Never fails: the reply may be a failed one.
     *
     * @throws Malformed when the command makes no sense as a whole
     */
    Future<Reply> publish(Command.Publish command) {
        PublishBatch batch = command.batch();
        Optional<TopicCommand.Sequence> sequence = sequence(batch);
        Optional<String> key =
                batch.idempotencyKey().isEmpty() ? Optional.empty() : Optional.of(batch.idempotencyKey());
        boolean atomic = batch.atomic() || sequence.isPresent();
        if (batch.items().size() == 1 && batch.items().get(0).id().isEmpty()) {
            return one(command, sequence, key, atomic);
        }
        PublishResult[] results = new PublishResult[batch.items().size()];
        List<Part> parts = parts(batch, atomic || key.isPresent(), results);
        if (parts.size() == 1 && parts.get(0).id().isEmpty()) {
            Part part = parts.get(0);
            Future<PublishAck> answer =
                    broker.publish(new Publish(part.messages(), atomic, sequence, DOOR, "/v1/publish", key));
            return answer.transform(done -> Future.succeededFuture(
                    done.failed()
                            ? new Reply.Failed(command.id(), Problems.of(done.cause()))
                            : whole(command, part, done.result(), atomic, results)));
        }
        return several(command, parts, results);
    }

    private Future<Reply> one(
            Command.Publish command, Optional<TopicCommand.Sequence> sequence, Optional<String> key, boolean atomic) {
        Publication publication = publication(command.batch().items().get(0));
        String scope = key.isEmpty() ? "" : scope(publication);
        return broker.publish(new Publish(List.of(publication), atomic, sequence, DOOR, scope, key))
                .transform(done -> {
                    if (done.failed()) {
                        return Future.succeededFuture(new Reply.Failed(command.id(), Problems.of(done.cause())));
                    }
                    PublishAck ack = done.result();
                    PublishResult result = result(ack, ack.results().get(0));
                    if (result instanceof PublishResult.Refused refused && (!command.isList() || atomic)) {
                        return Future.succeededFuture(new Reply.Failed(command.id(), refused.problem()));
                    }
                    return Future.succeededFuture(published(command, new PublishResult[] {result}, ack.replayed()));
                });
    }

    private Reply whole(Command.Publish command, Part part, PublishAck ack, boolean atomic, PublishResult[] results) {
        if (atomic) {
            int culprit = culprit(ack.results());
            if (culprit >= 0) {
                Rejected reason = ((TopicOutcome.Refused) ack.results().get(culprit)).rejected();
                return new Reply.Failed(command.id(), Problems.of(reason, culprit));
            }
        }
        fill(results, part, ack);
        return published(command, results, ack.replayed());
    }

    private Future<Reply> several(Command.Publish command, List<Part> parts, PublishResult[] results) {
        List<Future<PublishAck>> answers = new ArrayList<>(parts.size());
        for (Part part : parts) {
            boolean isKeyed = !part.id().isEmpty();
            answers.add(broker.publish(new Publish(
                    part.messages(),
                    false,
                    Optional.empty(),
                    DOOR,
                    isKeyed ? scope(part.messages().get(0)) : "",
                    isKeyed ? Optional.of(part.id()) : Optional.empty())));
        }
        return Future.join(answers).transform(done -> {
            boolean replayed = !parts.isEmpty();
            for (int p = 0; p < parts.size(); p++) {
                Future<PublishAck> answer = answers.get(p);
                if (answer.succeeded()) {
                    fill(results, parts.get(p), answer.result());
                    replayed &= answer.result().replayed();
                } else {
                    Problem problem = Problems.of(answer.cause());
                    for (int place : parts.get(p).places()) {
                        results[place] = new PublishResult.Refused(problem);
                    }
                    replayed = false;
                }
            }
            return Future.succeededFuture(published(command, results, replayed));
        });
    }

    private Reply published(Command.Publish command, PublishResult[] results, boolean replayed) {
        return new Reply.Published(command.id(), command.isList(), List.of(results), replayed, inMemory);
    }

    private static void fill(PublishResult[] results, Part part, PublishAck ack) {
        for (int i = 0; i < part.places().length; i++) {
            results[part.places()[i]] = result(ack, ack.results().get(i));
        }
    }

    private static PublishResult result(PublishAck ack, TopicOutcome.Result result) {
        if (result instanceof TopicOutcome.Accepted accepted) {
            return accepted.offset() < 0
                    ? new PublishResult.Stored(-1, "")
                    : new PublishResult.Stored(accepted.offset(), ack.text(accepted.cursor()));
        }
        if (result instanceof TopicOutcome.Delayed delayed) {
            return new PublishResult.Delayed(ack.text(delayed.cursor()), delayed.due());
        }
        if (result instanceof TopicOutcome.Refused refused) {
            return new PublishResult.Refused(Problems.of(refused.rejected()));
        }
        throw new AssertionError("unhandled " + result);
    }

    /** Place of the message for whose sake all were refused; -1 when none was. */
    private static int culprit(List<TopicOutcome.Result> results) {
        int aborted = -1;
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof TopicOutcome.Refused refused) {
                if (refused.rejected().reason() != Rejection.ABORTED) {
                    return i;
                }
                aborted = i;
            }
        }
        return aborted;
    }

    private Optional<TopicCommand.Sequence> sequence(PublishBatch batch) {
        if (batch.sequence() < 0) {
            if (!batch.producer().isEmpty() || batch.epoch() >= 0) {
                throw Malformed.of("producer and epoch go with a seq");
            }
            return Optional.empty();
        }
        if (!batch.idempotencyKey().isEmpty()) {
            throw Malformed.of("seq and idempotencyKey: either does, both do not");
        }
        if (batch.producer().isEmpty()) {
            if (producer.isEmpty()) {
                throw Malformed.of("seq needs a producer: say hello with \"producer\" first");
            }
            return Optional.of(
                    new TopicCommand.Sequence(producer, batch.epoch() < 0 ? epoch : batch.epoch(), batch.sequence()));
        }
        if (batch.epoch() < 0) {
            throw Malformed.of("epoch is missing");
        }
        return Optional.of(new TopicCommand.Sequence(batch.producer(), batch.epoch(), batch.sequence()));
    }

    /** A message that can be none is refused alone when the others can go without it, else the whole list is. */
    private List<Part> parts(PublishBatch batch, boolean whole, PublishResult[] results) {
        List<Part> parts = new ArrayList<>();
        List<Publication> open = new ArrayList<>();
        int[] places = new int[results.length];
        long bytes = 0;
        for (int i = 0; i < results.length; i++) {
            PublishItem item = batch.items().get(i);
            if (whole && !item.id().isEmpty()) {
                throw Malformed.of(
                        "messages[" + i + "]: an id makes a message a command of its own; it does not go with"
                                + " atomic, seq or idempotencyKey");
            }
            Publication publication;
            try {
                publication = publication(item);
            } catch (Malformed wrong) {
                if (whole) {
                    throw Malformed.of("messages[" + i + "]: " + wrong.getMessage());
                }
                results[i] = new PublishResult.Refused(Problems.of(wrong));
                continue;
            }
            boolean isKeyed = !item.id().isEmpty();
            int size = publication.message().size();
            if (isKeyed || !whole && bytes + size > config.maxCommandBytes()) {
                close(parts, open, places);
                open = new ArrayList<>();
                bytes = 0;
            }
            if (isKeyed) {
                parts.add(new Part(List.of(publication), new int[] {i}, item.id()));
            } else {
                places[open.size()] = i;
                open.add(publication);
                bytes += size;
            }
        }
        close(parts, open, places);
        return parts;
    }

    private static void close(List<Part> parts, List<Publication> open, int[] places) {
        if (!open.isEmpty()) {
            parts.add(new Part(open, Arrays.copyOf(places, open.size()), ""));
        }
    }

    private static String scope(Publication publication) {
        return "/t/" + publication.topic().value();
    }

    private Publication publication(PublishItem item) {
        List<Header> headers = List.of();
        if (!item.headers().isEmpty()) {
            headers = new ArrayList<>(item.headers().size());
            for (var header : item.headers().entrySet()) {
                headers.add(new Header(header.getKey(), header.getValue()));
            }
        }
        Format format = item.format().isEmpty() ? formatOf(item.contentType()) : Format.valueOf(item.format());
        var message = new Message(item.key(), headers, format, item.contentType(), item.body());
        return new Publication(name(item.topic()), message, item.delayMs(), item.ttlMs(), item.expectOffset());
    }

    private TopicName name(String topic) {
        TopicName known = names.get(topic);
        if (known != null) {
            return known;
        }
        TopicName name;
        try {
            name = new TopicName(topic);
        } catch (IllegalArgumentException notAName) {
            throw Malformed.of(notAName.getMessage());
        }
        if (names.size() == MAX_NAMES) {
            names.clear();
        }
        names.put(topic, name);
        return name;
    }

    private static Format formatOf(String contentType) {
        if (contentType.isEmpty()) {
            return Format.RAW;
        }
        int semicolon = contentType.indexOf(';');
        String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).trim();
        if (type.equalsIgnoreCase("application/json")) {
            return Format.JSON;
        }
        return type.equalsIgnoreCase("application/xml") || type.equalsIgnoreCase("text/xml") ? Format.XML : Format.RAW;
    }
}
