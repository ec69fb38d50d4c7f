package io.skein.protocol.http;

import io.skein.broker.Allowance;
import io.skein.broker.From;
import io.skein.broker.Page;
import io.skein.broker.Read;
import io.skein.broker.Stay;
import io.skein.machine.Lineage;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.util.List;

/** {@code GET /t/{filter}}: reads without consuming. */
final class ReadRoute {
    static final int MAX_LIMIT = 1_000;

    /** Of a page while too much waits for clients that do not read. */
    private static final int SMALL_PAGE_BYTES = 64 << 10;

    private static final List<String> KNOWN = List.of("from", "limit", "wait", "level", "follow");

    private final HttpConfig config;
    private final Allowance unsent;
    private final StreamRoutes streams;

    ReadRoute(HttpConfig config, Allowance unsent, StreamRoutes streams) {
        this.config = config;
        this.unsent = unsent;
        this.streams = streams;
    }

    void read(Exchange exchange) {
        TopicFilter filter = Query.filter(Percent.decode(exchange.rest));
        Query query = exchange.query();
        if (StreamRoutes.how(exchange).isPresent()) {
            streams.follow(exchange, filter, query);
            return;
        }
        query.allow(KNOWN);
        Read read = new Read(
                List.of(filter),
                from(query.get("from").orElse("earliest"), List.of(filter)),
                query.number("limit", 100, 1, MAX_LIMIT),
                query.duration("wait", 0, config.maxWaitMs()),
                exchange.freshness(query));
        // Until the read is over, even when whoever asked has gone: the node waits all the same.
        Stay stay = read.waitMs() > 0 ? exchange.guest().stay() : Stay.UNCOUNTED;
        stay.beginning(() -> exchange.broker().read(read)).onComplete(done -> {
            stay.end();
            if (done.failed()) {
                exchange.fail(done.cause());
            } else {
                answer(exchange, done.result());
            }
        });
    }

    /** An offset names a place in one topic only. */
    static From from(String text, List<TopicFilter> filters) {
        From from;
        try {
            from = From.parse(text);
        } catch (IllegalArgumentException notAPosition) {
            throw Query.malformed(notAPosition.getMessage());
        }
        if (from instanceof From.Offset
                && (filters.size() > 1 || !filters.get(0).isName())) {
            throw Query.malformed("from=" + text + " is an offset, which goes with a single topic; use a cursor");
        }
        return from;
    }

    private void answer(Exchange exchange, Page page) {
        int most = unsent.isShort() ? Math.min(SMALL_PAGE_BYTES, config.maxPageBytes()) : config.maxPageBytes();
        int size = 64;
        int count = 0;
        for (StoredMessage message : page.messages()) {
            if (count > 0 && size + message.json().length > most) {
                break;
            }
            size += message.json().length + 1;
            count++;
        }
        Buffer body = Buffer.buffer(size + 128);
        body.appendString("{\"messages\":[");
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                body.appendByte((byte) ',');
            }
            body.appendBytes(page.messages().get(i).json());
        }
        String next = count == page.messages().size()
                ? page.next()
                : cursor(page.messages().get(count - 1), page.next());
        body.appendString("],\"next\":").appendString(Json.encode(next));
        if (!page.gaps().isEmpty()) {
            body.appendString(",\"gaps\":[");
            for (int i = 0; i < page.gaps().size(); i++) {
                Page.Gap gap = page.gaps().get(i);
                body.appendString(i == 0 ? "{\"topic\":" : ",{\"topic\":")
                        .appendString(Json.encode(gap.topic()))
                        .appendString(",\"earliest\":")
                        .appendString(Json.encode(gap.earliest()))
                        .appendString(",\"lost\":")
                        .appendString(Long.toString(gap.lost()))
                        .appendByte((byte) '}');
            }
            body.appendByte((byte) ']');
        }
        body.appendByte((byte) '}');
        exchange.answer(200, Exchange.JSON, body, page.index());
    }

    /** The message's own cursor, of the lineage that a text of the same answer has. */
    static String cursor(StoredMessage message, String sameLineage) {
        return Lineage.parse(sameLineage)
                .map(text -> new Lineage(text.lineage()).text(message.cursor()))
                .orElse(sameLineage);
    }
}
