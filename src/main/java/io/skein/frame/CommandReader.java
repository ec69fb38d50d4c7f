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
    /** Leases of one ack, nack or extend. */
    public static final int MAX_LEASES = 10_000;
    /** Characters of one lease. */
    public static final int MAX_LEASE = 128;
    /** Characters of a subscription's and of a consumer's name, and of a reason; the state machine may allow fewer. */
    public static final int MAX_TEXT = 1024;
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
            "traceparent",
            "tracestate",
            "atomic",
            "idempotencyKey",
            "producer",
            "epoch",
            "seq",
            "sequence");

    private static final Set<String> PUBLISH_MANY =
            Set.of("messages", "atomic", "idempotencyKey", "producer", "epoch", "seq", "sequence");

    private static final Set<String> WORK = Set.of("subscription", "consumer", "credit", "lease");

    private static final Map<String, Set<String>> FIELDS = Map.of(
            "hello", Set.of("token", "producer", "epoch"),
            "subscribe", Set.of("topic", "from", "credit"),
            "ack", Set.of("sub", "leases"),
            "nack", Set.of("sub", "leases", "delay", "reason"),
            "extend", Set.of("sub", "leases", "lease"),
            "credit", Set.of("sub", "n"),
            "unsubscribe", Set.of("sub"),
            "mail", Set.of(),
            "ping", Set.of());

    private static final String OPS = "hello, publish, subscribe, ack, nack, extend, credit, unsubscribe, mail, ping";

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
    private String subscription;
    private String consumer;
    private String reason;
    private long leaseMs;
    private List<String> leases;
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
        subscription = "";
        consumer = "";
        reason = "";
        leaseMs = 0;
        leases = List.of();
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
            case "subscription" -> subscription = Json.text(named(name), name, MAX_TEXT);
            case "consumer" -> consumer = Json.text(named(name), name, MAX_TEXT);
            case "reason" -> reason = Json.text(named(name), name, MAX_TEXT);
            case "lease" -> leaseMs = Json.durationMs(named(name), name);
            case "leases" -> leases = Json.texts(named(name), name, MAX_LEASES, MAX_LEASE);
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
        if (op.equals("subscribe") && names.contains("subscription")) {
            check(WORK);
            return new Command.Work(id, given("subscription", subscription), consumer, credit, leaseMs);
        }
        Set<String> fields = FIELDS.get(op);
        if (fields == null) {
            throw op.isEmpty()
                    ? problem != null ? refused(problem) : refused(Malformed.of("op is missing: " + OPS))
                    : Malformed.of("unknown-op", "unknown op " + Json.shown(op) + ": there are " + OPS, id);
        }
        check(fields);
        return switch (op) {
            case "hello" -> new Command.Hello(id, token, batch.producer(), batch.epoch());
            case "subscribe" -> new Command.Subscribe(id, filters(), from, credit);
            case "ack" -> new Command.Ack(id, given("sub", sub), leases());
            case "nack" ->
                new Command.Nack(
                        id, given("sub", sub), leases(), names.contains("delay") ? item.delayMs() : -1, reason);
            case "extend" -> new Command.Extend(id, given("sub", sub), leases(), leaseMs);
            case "credit" -> new Command.Credit(id, given("sub", sub), count());
            case "mail" -> new Command.WatchMail(id);
            case "unsubscribe" -> new Command.Unsubscribe(id, given("sub", sub));
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

    private String given(String name, String text) {
        if (text.isEmpty()) {
            throw refused(Malformed.of(name + " is missing"));
        }
        return text;
    }

    private List<String> leases() {
        if (leases.isEmpty()) {
            throw refused(Malformed.of("leases is missing"));
        }
        return leases;
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
