package io.skein.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the commands of one WebSocket message, one at a time, so that a connection that has enough to do can leave the
 * rest for later. Strict: an unknown op, and unknown, doubled and foreign fields are refused by name.
 */
public final class CommandReader {
    /** Filters of one subscribe. */
    public static final int MAX_TOPICS = 64;
    /** Characters of a command's id when it is text. */
    public static final int MAX_ID = 128;

    private static final long MAX_CREDIT = 1L << 40;

    private static final Set<String> PUBLISH_ONE = Set.of(
            "topic",
            "body",
            "body64",
            "key",
            "headers",
            "format",
            "contentType",
            "delay",
            "ttl",
            "expectOffset",
            "atomic",
            "idempotencyKey",
            "producer",
            "epoch",
            "seq",
            "sequence");

    private static final Set<String> PUBLISH_MANY =
            Set.of("messages", "atomic", "idempotencyKey", "producer", "epoch", "seq", "sequence");

    private static final Map<String, Set<String>> FIELDS = Map.of(
            "hello", Set.of("token", "producer", "epoch"),
            "subscribe", Set.of("topic", "from", "credit"),
            "credit", Set.of("sub", "n"),
            "unsubscribe", Set.of("sub"),
            "ping", Set.of());

    private static final Set<String> DURABLE = Set.of("ack", "nack", "extend");

    private final JsonParser parser;
    private final int maxMessages;
    private final ItemFields item = new ItemFields();

    // What the command being read has said so far.
    private final List<String> names = new ArrayList<>();
    private PublishJson.BatchFields batch;
    private String id;
    private String op;
    private String token;
    private List<String> topics;
    private String from;
    private long credit;
    private String sub;
    private long count;
    private Malformed problem;

    /**
     * @param maxMessages of one publish command
     * @throws Malformed when this is no UTF-8 or clearly no JSON
     */
    public CommandReader(byte[] utf8, int maxMessages) {
        this.parser = Json.parser(utf8, 0, utf8.length);
        this.maxMessages = maxMessages;
    }

    /**
     * The next command; null when there is none left.
     *
     * @throws Malformed with the command's id; unless it {@link Malformed#isUnreadable} the next can be read
     */
    public Command next() {
        try {
            JsonToken token = parser.nextToken();
            if (token == null) {
                return null;
            }
            Json.objectBegins(token);
            clear();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                try {
                    take(name);
                } catch (Malformed wrong) {
                    problem = problem == null ? wrong : problem;
                }
            }
        } catch (IOException wrong) {
            throw Json.unreadable(wrong);
        }
        return command();
    }

    private void clear() {
        item.clear();
        batch = new PublishJson.BatchFields(maxMessages);
        names.clear();
        id = "";
        op = "";
        token = "";
        topics = List.of();
        from = "";
        credit = Command.Subscribe.AUTO;
        sub = "";
        count = -1;
        problem = null;
    }

    private void take(String name) throws IOException {
        switch (name) {
            case "id" -> id = id(name);
            case "op" -> op = Json.text(parser, name, 32);
            case "token" -> token = Json.text(named(name), name, 4096);
            case "from" -> from = from(named(name));
            case "credit" -> credit = credit(named(name));
            case "sub" -> sub = Json.text(named(name), name, MAX_ID);
            case "n" -> count = Json.number(named(name), name, 1, MAX_CREDIT);
            case "topic" -> {
                if (named(name).currentToken() == JsonToken.START_ARRAY) {
                    topics = Json.texts(parser, name, MAX_TOPICS, ItemFields.MAX_NAME);
                } else {
                    item.take(name, parser);
                }
            }
            default -> {
                named(name);
                if (!item.take(name, parser) && !batch.take(name, parser)) {
                    // Which fields there are depends on the op, which may come later: command() looks.
                    parser.skipChildren();
                }
            }
        }
    }

    private JsonParser named(String name) throws IOException {
        if (names.size() >= 64) {
            parser.skipChildren();
            throw Malformed.of("too many fields");
        }
        names.add(name);
        return parser;
    }

    private String id(String name) throws IOException {
        if (!id.isEmpty()) {
            parser.skipChildren();
            throw Malformed.of("id is there twice");
        }
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            return Long.toString(Json.number(parser, name, Long.MIN_VALUE, Long.MAX_VALUE));
        }
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw Json.wrong(parser, name, "a whole number or text");
        }
        String text = Json.text(parser, name, MAX_ID);
        var json = new Utf8Buffer(text.length() + 16);
        json.string(text);
        return json.toString();
    }

    /** An offset may come as what it is. */
    private static String from(JsonParser parser) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                ? Long.toString(Json.number(parser, "from", 0, Long.MAX_VALUE))
                : Json.text(parser, "from", 128);
    }

    private static long credit(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING && parser.getText().equals("auto")) {
            return Command.Subscribe.AUTO;
        }
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw Json.wrong(parser, "credit", "a whole number or \"auto\"");
        }
        return Json.number(parser, "credit", 0, MAX_CREDIT);
    }

    private Command command() {
        if (op.equals("publish")) {
            boolean isList = batch.hasMessages();
            check(isList ? PUBLISH_MANY : PUBLISH_ONE);
            try {
                return new Command.Publish(id, isList ? batch.batch() : batch.batch(List.of(item.item(""))), isList);
            } catch (Malformed incomplete) {
                throw refused(incomplete);
            }
        }
        if (DURABLE.contains(op) || op.equals("subscribe") && names.contains("subscription")) {
            throw Malformed.of("unsupported", "durable subscriptions are not in this version of Skein", id);
        }
        Set<String> fields = FIELDS.get(op);
        if (fields == null) {
            String known = "hello, publish, subscribe, credit, unsubscribe, ping";
            throw op.isEmpty()
                    ? problem != null ? refused(problem) : refused(Malformed.of("op is missing: " + known))
                    : Malformed.of("unknown-op", "unknown op " + Json.shown(op) + ": there are " + known, id);
        }
        check(fields);
        return switch (op) {
            case "hello" -> new Command.Hello(id, token, batch.producer(), batch.epoch());
            case "subscribe" -> new Command.Subscribe(id, filters(), from, credit);
            case "credit" -> new Command.Credit(id, sub(), count());
            case "unsubscribe" -> new Command.Unsubscribe(id, sub());
            default -> new Command.Ping(id);
        };
    }

    private void check(Set<String> fields) {
        for (String name : names) {
            if (!fields.contains(name)) {
                throw refused(Malformed.of(op + " has no field " + Json.shown(name)));
            }
        }
        if (problem != null) {
            throw refused(problem);
        }
    }

    private List<String> filters() {
        List<String> filters = topics.isEmpty() && !item.isEmpty() ? List.of(item.topic()) : topics;
        if (filters.isEmpty()) {
            throw refused(Malformed.of("topic is missing"));
        }
        return filters;
    }

    private String sub() {
        if (sub.isEmpty()) {
            throw refused(Malformed.of("sub is missing"));
        }
        return sub;
    }

    private long count() {
        if (count < 0) {
            throw refused(Malformed.of("n is missing"));
        }
        return count;
    }

    private Malformed refused(Malformed wrong) {
        return Malformed.of(wrong.code(), wrong.getMessage(), id);
    }
}
