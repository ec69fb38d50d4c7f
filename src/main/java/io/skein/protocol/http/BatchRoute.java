package io.skein.protocol.http;

import io.skein.broker.Publish;
import io.skein.broker.PublishAck;
import io.skein.broker.Refusal;
import io.skein.frame.Malformed;
import io.skein.frame.PublishBatch;
import io.skein.frame.PublishItem;
import io.skein.frame.PublishJson;
import io.skein.machine.Cursor;
import io.skein.machine.Rejected;
import io.skein.topic.Format;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicOutcome;
import io.skein.wire.Limits;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code POST /v1/publish}: many messages, one answer with a result for each, in order. Messages go as one command as
 * long as they fit into one; a message with an {@code id} goes as a command of its own, because the id is its
 * idempotency key. An atomic list, or one with a sequence or a key of its own, is always one command.
 */
final class BatchRoute {
    private static final List<String> KNOWN = List.of("atomic", "producer", "epoch", "sequence", "idempotency-key");

    /** Messages that go as one command, with their places in the request. */
    private record Part(List<Publication> messages, List<Integer> places, Optional<String> id) {}

    private final HttpConfig config;

    BatchRoute(HttpConfig config) {
        this.config = config;
    }

    void publish(Exchange exchange) {
        boolean lines = isLines(exchange);
        if (exchange.isAnswered() || PublishRoute.isEncoded(exchange)) {
            return;
        }
        Query query = exchange.query().allow(KNOWN);
        RequestBody.read(
                exchange,
                "a batch",
                config.maxBatchBytes(),
                body -> publish(exchange, batch(exchange, query, lines, body)));
    }

    /** Also decides whether the content type is one that this route reads; a form's is what curl says unasked. */
    private static boolean isLines(Exchange exchange) {
        String type = exchange.header(HttpHeaders.CONTENT_TYPE);
        int semicolon = type.indexOf(';');
        String plain =
                (semicolon < 0 ? type : type.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
        switch (plain) {
            case "application/x-ndjson", "application/ndjson", "application/jsonl" -> {
                return true;
            }
            case "", "application/json", "application/x-www-form-urlencoded" -> {
                return false;
            }
            default -> {
                exchange.problem(Problem.of(
                        415,
                        "unsupported-media-type",
                        "this route reads application/json or application/x-ndjson, not " + plain));
                return false;
            }
        }
    }

    /** Body, query and headers together: what is said twice must be the same. */
    private static PublishBatch batch(Exchange exchange, Query query, boolean lines, byte[] body) {
        PublishBatch read;
        try {
            if (lines) {
                List<PublishItem> items = PublishJson.items(body, Limits.MAX_BATCH_MESSAGES);
                if (items.isEmpty()) {
                    throw Query.malformed("there is no message in the body");
                }
                read = PublishBatch.of(items);
            } else {
                read = PublishJson.batch(body, Limits.MAX_BATCH_MESSAGES);
            }
        } catch (Malformed wrong) {
            throw Query.malformed(wrong.getMessage());
        }
        PublishOptions options = PublishOptions.ofBatch(exchange.request, query);
        boolean atomic = read.atomic() || query.is("atomic");
        return new PublishBatch(
                options.traced(read.items()),
                atomic,
                read.producer().isEmpty() ? options.producer() : read.producer(),
                read.epoch() < 0 ? options.epoch() : read.epoch(),
                read.sequence() < 0 ? options.sequenceNumber() : read.sequence(),
                options.idempotencyKey.orElse(read.idempotencyKey()));
    }

    private void publish(Exchange exchange, PublishBatch batch) {
        Optional<TopicCommand.Sequence> sequence =
                PublishOptions.sequence(batch.producer(), batch.epoch(), batch.sequence());
        boolean whole = batch.atomic()
                || sequence.isPresent()
                || !batch.idempotencyKey().isEmpty();
        JsonObject[] results = new JsonObject[batch.items().size()];
        List<Part> parts = parts(batch, whole, results);
        exchange.proposed();
        List<Future<PublishAck>> answers = new ArrayList<>();
        for (Part part : parts) {
            answers.add(exchange.broker()
                    .publish(new Publish(
                            part.messages(),
                            batch.atomic() || sequence.isPresent(),
                            sequence,
                            "http",
                            part.id().isPresent()
                                    ? PublishRoute.scope(part.messages().get(0).topic())
                                    : "/v1/publish",
                            part.id().isPresent() ? part.id() : key(batch))));
        }
        Future.join(answers).onComplete(done -> answer(exchange, batch, parts, answers, results));
    }

    private static Optional<String> key(PublishBatch batch) {
        return batch.idempotencyKey().isEmpty() ? Optional.empty() : Optional.of(batch.idempotencyKey());
    }

    /**
     * Cuts the list into commands. A message that cannot be one is refused alone when the others can go without it, else
     * the whole list is.
     */
    private List<Part> parts(PublishBatch batch, boolean whole, JsonObject[] results) {
        List<Part> parts = new ArrayList<>();
        Part open = null;
        long bytes = 0;
        for (int i = 0; i < results.length; i++) {
            PublishItem item = batch.items().get(i);
            Publication publication;
            try {
                if (whole && !item.id().isEmpty()) {
                    throw Query.malformed("an id makes a message a command of its own; it does not go with atomic,"
                            + " a sequence or an Idempotency-Key");
                }
                publication = publication(item, config.maxMessageBytes());
            } catch (Refusal refusal) {
                if (whole) {
                    throw Refusal.of(refusal.kind(), refusal.code(), "messages[" + i + "]: " + refusal.getMessage());
                }
                results[i] = new JsonObject().put("error", Problem.of(refusal).brief());
                continue;
            }
            if (!item.id().isEmpty()) {
                parts.add(new Part(List.of(publication), List.of(i), Optional.of(item.id())));
                open = null;
                continue;
            }
            int size = publication.message().size();
            if (open == null || !whole && bytes + size > Limits.MAX_COMMAND_BYTES) {
                open = new Part(new ArrayList<>(), new ArrayList<>(), Optional.empty());
                parts.add(open);
                bytes = 0;
            }
            bytes += size;
            open.messages().add(publication);
            open.places().add(i);
        }
        return parts;
    }

    /** @throws Refusal when it cannot be a message */
    static Publication publication(PublishItem item, int maxMessageBytes) {
        if (item.body().length > maxMessageBytes) {
            throw Refusal.of(
                    Refusal.Kind.TOO_LARGE,
                    "too-large",
                    "a message is larger than " + maxMessageBytes + " bytes",
                    Map.of("limit", maxMessageBytes));
        }
        PublishOptions.atMost("key", item.key(), Limits.MAX_KEY_BYTES);
        PublishOptions.atMost("contentType", item.contentType(), PublishOptions.MAX_CONTENT_TYPE);
        duration("delay", item.delayMs());
        duration("ttl", item.ttlMs());
        List<Header> headers = new ArrayList<>(item.headers().size());
        int headerBytes = 0;
        for (var header : item.headers().entrySet()) {
            headers.add(new Header(header.getKey(), header.getValue()));
            headerBytes += header.getKey().length() + header.getValue().length();
        }
        if (headers.size() > Limits.MAX_HEADERS || headerBytes > Limits.MAX_HEADER_BYTES) {
            throw Query.malformed("a message has at most " + Limits.MAX_HEADERS + " headers of together "
                    + Limits.MAX_HEADER_BYTES + " bytes");
        }
        Format format = item.format().isEmpty()
                ? PublishOptions.formatOf(item.contentType())
                : PublishOptions.format("format", item.format());
        return new Publication(
                PublishRoute.topic(item.topic()),
                new Message(item.key(), headers, format, item.contentType(), item.body()),
                item.delayMs(),
                item.ttlMs(),
                item.expectOffset());
    }

    private static void duration(String name, long ms) {
        if (ms > Limits.MAX_DURATION_MS) {
            throw Query.malformed(name + " is at most " + Limits.MAX_DURATION_MS / 86_400_000 + " days");
        }
    }

    private void answer(
            Exchange exchange,
            PublishBatch batch,
            List<Part> parts,
            List<Future<PublishAck>> answers,
            JsonObject[] results) {
        boolean none = true;
        boolean replayed = true;
        long index = -1;
        Throwable failure = null;
        for (int p = 0; p < parts.size(); p++) {
            Part part = parts.get(p);
            Future<PublishAck> answer = answers.get(p);
            if (answer.failed()) {
                failure = worse(failure, answer.cause());
                JsonObject error = problem(answer.cause()).brief();
                part.places().forEach(place -> results[place] = new JsonObject().put("error", error));
                continue;
            }
            PublishAck ack = answer.result();
            if (batch.atomic() || batch.sequence() >= 0) {
                Optional<Rejected> reason = PublishRoute.reason(ack.results());
                if (reason.isPresent()) {
                    exchange.problem(aborted(reason.get(), ack.results()));
                    return;
                }
            }
            none = false;
            replayed &= ack.replayed();
            index = Math.max(index, ack.index());
            for (int i = 0; i < part.places().size(); i++) {
                int place = part.places().get(i);
                results[place] = result(part.messages().get(i), ack.results().get(i), ack::text);
            }
        }
        if (failure != null && none && coversAll(parts, results)) {
            exchange.fail(failure);
            return;
        }
        if (replayed && !none) {
            exchange.replayed();
        }
        exchange.answer(
                200,
                Exchange.JSON,
                new JsonObject()
                        .put("results", new JsonArray(Arrays.asList(results)))
                        .toBuffer(),
                index);
    }

    /** No message was refused before it reached the exchange.broker(). */
    private static boolean coversAll(List<Part> parts, JsonObject[] results) {
        return parts.stream().mapToInt(part -> part.places().size()).sum() == results.length;
    }

    /** When all failed, the answer's status is that of the one we know least about. */
    private static Throwable worse(Throwable known, Throwable other) {
        return known == null || problem(other).applied().equals(Problem.UNKNOWN) ? other : known;
    }

    private static Problem problem(Throwable failure) {
        return failure instanceof Refusal refusal ? Problem.of(refusal) : Problem.internal(true);
    }

    private static Problem aborted(Rejected reason, List<TopicOutcome.Result> results) {
        Problem problem = Problem.of(reason);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof TopicOutcome.Refused refused
                    && refused.rejected().equals(reason)) {
                return problem.with("message", i);
            }
        }
        return problem;
    }

    static JsonObject result(Publication publication, TopicOutcome.Result result, Function<Cursor, String> text) {
        JsonObject json = new JsonObject();
        if (result instanceof TopicOutcome.Accepted accepted) {
            json.put("topic", publication.topic().value());
            if (accepted.offset() < 0) {
                return json.put("replayed", true);
            }
            return json.put("offset", accepted.offset()).put("cursor", text.apply(accepted.cursor()));
        }
        if (result instanceof TopicOutcome.Delayed delayed) {
            return json.put("topic", publication.topic().value())
                    .put("cursor", text.apply(delayed.cursor()))
                    .put("due", delayed.due());
        }
        if (result instanceof TopicOutcome.Refused refused) {
            return json.put("error", Problem.of(refused.rejected()).brief());
        }
        throw new AssertionError("unhandled " + result);
    }
}
