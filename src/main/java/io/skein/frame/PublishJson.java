package io.skein.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what is to be published: {@code {"messages":[{"topic","body"|"body64","key","headers","format","contentType",
 * "delay","ttl","expectOffset","traceparent","tracestate","id"}],"atomic","idempotencyKey","producer","epoch","sequence"}}, or its messages alone,
 * one an object (NDJSON). Strict: an unknown, doubled or wrong field is a {@link Malformed} that names it and the message.
 */
public final class PublishJson {
    /** Characters of an idempotency key, and of a message's id, which is one. */
    public static final int MAX_IDEMPOTENCY_KEY = 255;

    private PublishJson() {}

    /**
     * One object with {@code messages}.
     *
     * @param maxMessages more are refused before they are read
     * @throws Malformed for everything else
     */
    public static PublishBatch batch(byte[] utf8, int maxMessages) {
        return Json.read(utf8, 0, utf8.length, parser -> {
            Json.objectBegins(parser.nextToken());
            var fields = new BatchFields(maxMessages);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                if (!fields.take(name, parser)) {
                    throw Malformed.of("unknown field " + Json.shown(name));
                }
            }
            nothingFollows(parser);
            return fields.batch();
        });
    }

    /** One message's object, such as a line of NDJSON. */
    public static PublishItem item(byte[] utf8, int from, int to) {
        return Json.read(utf8, from, to, parser -> {
            Json.objectBegins(parser.nextToken());
            PublishItem item = item(parser, new ItemFields());
            nothingFollows(parser);
            return item;
        });
    }

    /** Objects of messages, separated by any white space (NDJSON); none when there is nothing. */
    public static List<PublishItem> items(byte[] utf8, int maxMessages) {
        return Json.read(utf8, 0, utf8.length, parser -> {
            List<PublishItem> items = new ArrayList<>();
            var fields = new ItemFields();
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                Json.objectBegins(token);
                addTo(items, maxMessages, parser, fields);
            }
            return items;
        });
    }

    private static void nothingFollows(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw Malformed.unreadable("something follows the JSON object");
        }
    }

    private static void addTo(List<PublishItem> items, int maxMessages, JsonParser parser, ItemFields fields)
            throws IOException {
        if (items.size() == maxMessages) {
            parser.skipChildren();
            throw Malformed.of("more than " + maxMessages + " messages");
        }
        try {
            items.add(item(parser, fields));
        } catch (Malformed wrong) {
            throw wrong.isUnreadable() ? wrong : Malformed.of("messages[" + items.size() + "]: " + wrong.getMessage());
        }
    }

    /** Writes what {@link #item(byte[], int, int)} reads. */
    static void write(Utf8Buffer out, PublishItem item) {
        out.ascii("{\"topic\":");
        out.string(item.topic());
        writeRest(out, item);
        if (!item.id().isEmpty()) {
            out.ascii(",\"id\":");
            out.string(item.id());
        }
        out.put('}');
    }

    /** The fields after {@code topic}, without {@code id}. */
    static void writeRest(Utf8Buffer out, PublishItem item) {
        MessageJson.body(out, item.body());
        if (!item.key().isEmpty()) {
            out.ascii(",\"key\":");
            out.string(item.key());
        }
        if (!item.headers().isEmpty()) {
            char before = '{';
            out.ascii(",\"headers\":");
            for (var header : item.headers().entrySet()) {
                out.put(before);
                out.string(header.getKey());
                out.put(':');
                out.string(header.getValue());
                before = ',';
            }
            out.put('}');
        }
        if (!item.format().isEmpty()) {
            out.ascii(",\"format\":");
            out.string(item.format());
        }
        if (!item.contentType().isEmpty()) {
            out.ascii(",\"contentType\":");
            out.string(item.contentType());
        }
        if (item.delayMs() > 0) {
            out.ascii(",\"delay\":\"");
            out.number(item.delayMs());
            out.ascii("ms\"");
        }
        if (item.ttlMs() > 0) {
            out.ascii(",\"ttl\":\"");
            out.number(item.ttlMs());
            out.ascii("ms\"");
        }
        if (item.expectOffset() >= 0) {
            out.ascii(",\"expectOffset\":");
            out.number(item.expectOffset());
        }
    }

    /** The parser stands on the object's begin, and then on its end, also when this throws. */
    private static PublishItem item(JsonParser parser, ItemFields fields) throws IOException {
        fields.clear();
        String id = "";
        Malformed problem = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            try {
                if (name.equals("id")) {
                    id = Json.text(parser, name, MAX_IDEMPOTENCY_KEY);
                } else if (!fields.take(name, parser)) {
                    problem = problem == null ? Malformed.of("unknown field " + Json.shown(name)) : problem;
                    parser.skipChildren();
                }
            } catch (Malformed first) {
                problem = problem == null ? first : problem;
            }
        }
        if (problem != null) {
            throw problem;
        }
        return fields.item(id);
    }

    /** Collects the fields of a publish command of several messages. */
    static final class BatchFields {
        private static final int MESSAGES = 1;
        private static final int ATOMIC = 1 << 1;
        private static final int IDEMPOTENCY_KEY = 1 << 2;
        private static final int PRODUCER = 1 << 3;
        private static final int EPOCH = 1 << 4;
        private static final int SEQUENCE = 1 << 5;

        private final int maxMessages;
        private int seen;
        private List<PublishItem> items = List.of();
        private boolean atomic;
        private String idempotencyKey = "";
        private String producer = "";
        private long epoch = -1;
        private long sequence = -1;

        BatchFields(int maxMessages) {
            this.maxMessages = maxMessages;
        }

        boolean hasMessages() {
            return (seen & MESSAGES) != 0;
        }

        String producer() {
            return producer;
        }

        long epoch() {
            return epoch;
        }

        boolean take(String name, JsonParser parser) throws IOException {
            switch (name) {
                case "messages" -> {
                    once(MESSAGES, name, parser);
                    items = messages(parser);
                }
                case "atomic" -> {
                    once(ATOMIC, name, parser);
                    atomic = Json.truth(parser, name);
                }
                case "idempotencyKey" -> {
                    once(IDEMPOTENCY_KEY, name, parser);
                    idempotencyKey = Json.text(parser, name, MAX_IDEMPOTENCY_KEY);
                }
                case "producer" -> {
                    once(PRODUCER, name, parser);
                    producer = Json.text(parser, name, MAX_IDEMPOTENCY_KEY);
                }
                case "epoch" -> {
                    once(EPOCH, name, parser);
                    epoch = Json.number(parser, name, 0, Long.MAX_VALUE);
                }
                case "seq", "sequence" -> {
                    once(SEQUENCE, name, parser);
                    sequence = Json.number(parser, name, 0, Long.MAX_VALUE);
                }
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void once(int field, String name, JsonParser parser) throws IOException {
            if ((seen & field) != 0) {
                parser.skipChildren();
                throw Malformed.of(name + " is there twice");
            }
            seen |= field;
        }

        private List<PublishItem> messages(JsonParser parser) throws IOException {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw Json.wrong(parser, "messages", "a list of objects");
            }
            List<PublishItem> items = new ArrayList<>();
            var fields = new ItemFields();
            Malformed problem = null;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (problem != null) {
                    parser.skipChildren();
                } else if (parser.currentToken() != JsonToken.START_OBJECT) {
                    problem = Json.wrong(parser, "messages[" + items.size() + "]", "an object");
                } else {
                    try {
                        addTo(items, maxMessages, parser, fields);
                    } catch (Malformed first) {
                        problem = first;
                    }
                }
            }
            if (problem != null) {
                throw problem;
            }
            return items;
        }

        /** @throws Malformed when there is no message */
        PublishBatch batch() {
            if (items.isEmpty()) {
                throw Malformed.of(hasMessages() ? "messages is empty" : "messages is missing");
            }
            return batch(items);
        }

        PublishBatch batch(List<PublishItem> of) {
            return new PublishBatch(of, atomic, producer, epoch, sequence, idempotencyKey);
        }
    }
}
