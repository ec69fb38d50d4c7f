package io.skein.protocol.http;

import io.skein.broker.Refusal;
import io.skein.frame.PublishItem;
import io.skein.frame.TraceContext;
import io.skein.topic.Format;
import io.skein.topic.Header;
import io.skein.topic.TopicCommand;
import io.skein.wire.Limits;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a message is to be published, from headers ({@code Skein-Key}) or query ({@code ?key=} or {@code ?Skein-Key=});
 * a header wins. A header that begins with {@code Skein-} and is not known is refused: it would be an option silently
 * ignored.
 */
final class PublishOptions {
    /** Characters of a client's idempotency key. */
    static final int MAX_IDEMPOTENCY_KEY = 255;

    static final int MAX_CONTENT_TYPE = 255;

    private static final int KEY = 1;
    private static final int DELAY = 1 << 1;
    private static final int TTL = 1 << 2;
    private static final int EXPECT_OFFSET = 1 << 3;
    private static final int FORMAT = 1 << 4;
    private static final int PRODUCER = 1 << 5;
    private static final int EPOCH = 1 << 6;
    private static final int SEQUENCE = 1 << 7;
    private static final int IDEMPOTENCY_KEY = 1 << 8;

    private static final String PREFIX = "Skein-";
    private static final String USER_PREFIX = "Skein-Header-";
    private static final List<String> KNOWN_HEADERS = List.of(
            "Skein-Key",
            "Skein-Delay",
            "Skein-TTL",
            "Skein-Expect-Offset",
            "Skein-Format",
            "Skein-Producer",
            "Skein-Epoch",
            "Skein-Sequence",
            "Skein-Header-*",
            "Skein-Min-Index");
    private static final List<String> KNOWN_QUERY = List.of(
            "key",
            "delay",
            "ttl",
            "expect-offset",
            "format",
            "producer",
            "epoch",
            "sequence",
            "header-*",
            "idempotency-key");

    String key = "";
    long delayMs;
    long ttlMs;
    long expectOffset = -1;
    String contentType = "";
    Optional<String> idempotencyKey = Optional.empty();
    List<Header> headers = List.of();
    /** What the request says of its trace, valid or not; empty: nothing. */
    private String traceParent = "";

    private String traceState = "";
    private Format format;
    private String producer = "";
    private long epoch = -1;
    private long sequence = -1;
    private int headerBytes;
    /** Options that the query, then those that the headers have said, a bit each. */
    private int said;

    private final boolean batch;

    private PublishOptions(boolean batch) {
        this.batch = batch;
    }

    /** @throws Refusal for an option that is none, with the nearest known */
    static PublishOptions of(HttpServerRequest request) {
        PublishOptions options = new PublishOptions(false);
        String query = request.query();
        if (query != null && !query.isEmpty()) {
            options.query(Query.parse(query));
        }
        options.said = 0;
        for (Map.Entry<String, String> header : request.headers()) {
            options.header(header.getKey(), header.getValue());
        }
        if (!options.traceParent.isEmpty()) {
            options.carryTrace();
        }
        return options;
    }

    /** A message that has no room for it goes without: its trace is no reason to refuse it. */
    private void carryTrace() {
        if (!TraceContext.isValid(traceParent) || has(TraceContext.PARENT)) {
            return;
        }
        carry(TraceContext.PARENT, traceParent);
        if (TraceContext.isState(traceState) && !has(TraceContext.STATE)) {
            carry(TraceContext.STATE, traceState);
        }
    }

    private boolean has(String name) {
        return headers.stream().anyMatch(header -> header.name().equalsIgnoreCase(name));
    }

    private void carry(String name, String value) {
        if (headers.size() < Limits.MAX_HEADERS
                && headerBytes + name.length() + value.length() <= Limits.MAX_HEADER_BYTES) {
            userHeader(name, value);
        }
    }

    /** Of a batch: the items as they are, or with what the request says of its trace where an item says nothing. */
    List<PublishItem> traced(List<PublishItem> items) {
        return traceParent.isEmpty()
                ? items
                : items.stream()
                        .map(item -> item.withHeaders(TraceContext.carried(item.headers(), traceParent, traceState)))
                        .toList();
    }

    /** Options of a whole batch: its key and its sequence; the others belong to single messages. */
    static PublishOptions ofBatch(HttpServerRequest request, Query query) {
        PublishOptions options = new PublishOptions(true);
        options.query(query);
        options.said = 0;
        for (Map.Entry<String, String> header : request.headers()) {
            options.header(header.getKey(), header.getValue());
        }
        if (!options.key.isEmpty()
                || options.delayMs > 0
                || options.ttlMs > 0
                || options.expectOffset >= 0
                || options.format != null
                || !options.headers.isEmpty()) {
            throw malformed("key, delay, ttl, offset, format and headers are fields of each message of a batch");
        }
        return options;
    }

    private void header(String name, String value) {
        switch (name.charAt(0)) {
            case 's', 'S' -> {
                if (name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
                    String option = name.substring(PREFIX.length());
                    if (!option(option, name, value) && !isAnswer(option)) {
                        throw malformed("there is no header " + name + Spelling.hint(name, KNOWN_HEADERS));
                    }
                }
            }
            case 'i', 'I' -> {
                if (name.equalsIgnoreCase("Idempotency-Key")) {
                    once(IDEMPOTENCY_KEY, name);
                    idempotencyKey = Optional.of(idempotencyKey(value));
                }
            }
            case 'c', 'C' -> {
                if (name.equalsIgnoreCase("Content-Type")) {
                    contentType = Percent.headerText(value);
                    if (contentType.length() > MAX_CONTENT_TYPE) {
                        throw malformed("the Content-Type is longer than " + MAX_CONTENT_TYPE + " characters");
                    }
                }
            }
            case 't', 'T' -> {
                if (name.equalsIgnoreCase(TraceContext.PARENT)) {
                    // Of two, nobody knows which one is meant: then there is none.
                    traceParent = traceParent.isEmpty() ? value : "twice";
                } else if (name.equalsIgnoreCase(TraceContext.STATE)) {
                    traceState = traceState.isEmpty() ? value : traceState + "," + value;
                }
            }
            default -> {}
        }
    }

    /** Names of the door's own answers that a proxy or a careless client may send back. */
    private static boolean isAnswer(String option) {
        return option.equalsIgnoreCase("Node")
                || option.equalsIgnoreCase("Leader")
                || option.equalsIgnoreCase("Leader-Address")
                || option.equalsIgnoreCase("Index")
                || option.equalsIgnoreCase("Min-Index");
    }

    private void query(Query query) {
        for (Query.Parameter parameter : query.parameters()) {
            String name = parameter.name();
            if (name.startsWith("_") || batch && name.equalsIgnoreCase("atomic")) {
                continue;
            }
            boolean prefixed = name.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
            String option = prefixed ? name.substring(PREFIX.length()) : name;
            if (option.equalsIgnoreCase("idempotency-key")) {
                once(IDEMPOTENCY_KEY, name);
                idempotencyKey = Optional.of(idempotencyKey(parameter.value()));
            } else if (!option(option, name, parameter.value())) {
                throw Query.unknown(name, KNOWN_QUERY);
            }
        }
    }

    /** @return false when there is no such option */
    private boolean option(String option, String name, String value) {
        if (option.regionMatches(true, 0, "Header-", 0, 7) && option.length() > 7) {
            userHeader(option.substring(7), Percent.headerText(value));
            return true;
        }
        switch (option.toLowerCase(Locale.ROOT)) {
            case "key" -> {
                once(KEY, name);
                key = Percent.headerText(value);
                atMost(name, key, Limits.MAX_KEY_BYTES);
            }
            case "delay" -> {
                once(DELAY, name);
                delayMs = duration(name, value);
            }
            case "ttl" -> {
                once(TTL, name);
                ttlMs = duration(name, value);
            }
            case "expect-offset", "expectoffset" -> {
                once(EXPECT_OFFSET, name);
                expectOffset = number(name, value);
            }
            case "format" -> {
                once(FORMAT, name);
                format = format(name, value);
            }
            case "producer" -> {
                once(PRODUCER, name);
                producer = Percent.headerText(value);
                atMost(name, producer, Limits.MAX_PRODUCER_BYTES);
            }
            case "epoch" -> {
                once(EPOCH, name);
                epoch = number(name, value);
            }
            case "sequence" -> {
                once(SEQUENCE, name);
                sequence = number(name, value);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Of two, one would be silently ignored. */
    private void once(int option, String name) {
        if ((said & option) != 0) {
            throw malformed(name + " is there twice");
        }
        said |= option;
    }

    /** A header that is there twice is one with both values (RFC 9110 §5.2). */
    private void userHeader(String name, String value) {
        if (headers.isEmpty()) {
            headers = new ArrayList<>(4);
        }
        headerBytes += utf8(name) + utf8(value);
        if (headerBytes > Limits.MAX_HEADER_BYTES) {
            throw malformed("the message's headers are larger than " + Limits.MAX_HEADER_BYTES + " bytes");
        }
        for (int i = 0; i < headers.size(); i++) {
            if (headers.get(i).name().equalsIgnoreCase(name)) {
                headers.set(i, new Header(name, headers.get(i).value() + ", " + value));
                return;
            }
        }
        if (headers.size() == Limits.MAX_HEADERS) {
            throw malformed("the message has more than " + Limits.MAX_HEADERS + " headers");
        }
        headers.add(new Header(name, value));
    }

    /** What was said, or what the content type says. */
    Format format() {
        return format == null ? formatOf(contentType) : format;
    }

    /** Only three content types mean a format; parameters after {@code ;} do not count. */
    static Format formatOf(String contentType) {
        int semicolon = contentType.indexOf(';');
        String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).trim();
        if (type.equalsIgnoreCase("application/json")) {
            return Format.JSON;
        }
        return type.equalsIgnoreCase("application/xml") || type.equalsIgnoreCase("text/xml") ? Format.XML : Format.RAW;
    }

    /** @throws Refusal when only a part of it is there */
    Optional<TopicCommand.Sequence> sequence() {
        return sequence(producer, epoch, sequence);
    }

    String producer() {
        return producer;
    }

    /** -1 when not said. */
    long epoch() {
        return epoch;
    }

    /** -1 when not said. */
    long sequenceNumber() {
        return sequence;
    }

    static Optional<TopicCommand.Sequence> sequence(String producer, long epoch, long sequence) {
        if (producer.isEmpty() && epoch < 0 && sequence < 0) {
            return Optional.empty();
        }
        if (producer.isEmpty() || sequence < 0) {
            throw malformed("a sequence is a producer, an epoch (0 when not said) and a sequence, all together");
        }
        return Optional.of(new TopicCommand.Sequence(producer, Math.max(0, epoch), sequence));
    }

    /** Quoted, as the draft says (structured string), or bare, as most clients send it. */
    static String idempotencyKey(String value) {
        String key = Percent.headerText(value).trim();
        if (key.length() >= 2 && key.charAt(0) == '"' && key.charAt(key.length() - 1) == '"') {
            key = key.substring(1, key.length() - 1).replace("\\\"", "\"").replace("\\\\", "\\");
        }
        if (key.isEmpty() || key.length() > MAX_IDEMPOTENCY_KEY) {
            throw malformed("an Idempotency-Key has 1 to " + MAX_IDEMPOTENCY_KEY + " characters, not " + key.length());
        }
        return key;
    }

    static Format format(String name, String value) {
        return switch (value.toUpperCase(Locale.ROOT)) {
            case "JSON" -> Format.JSON;
            case "XML" -> Format.XML;
            case "RAW" -> Format.RAW;
            default -> throw malformed(name + " is JSON, XML or RAW, not \"" + value + "\"");
        };
    }

    private static long duration(String name, String value) {
        long ms = Query.duration(name, value);
        if (ms > Limits.MAX_DURATION_MS) {
            throw malformed(name + " is at most " + Limits.MAX_DURATION_MS / 86_400_000 + " days, not " + value);
        }
        return ms;
    }

    private static long number(String name, String value) {
        try {
            long number = Long.parseLong(value.trim());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // the same sentence
        }
        throw malformed(name + " is a whole number from 0, not \"" + value + "\"");
    }

    static void atMost(String name, String value, int bytes) {
        if (value.length() > bytes || value.length() * 3 > bytes && utf8(value) > bytes) {
            throw malformed(name + " is longer than " + bytes + " bytes");
        }
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static Refusal malformed(String detail) {
        return Query.malformed(detail);
    }
}
