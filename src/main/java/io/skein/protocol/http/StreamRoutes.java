package io.skein.protocol.http;

import io.skein.broker.From;
import io.skein.broker.Subscribe;
import io.skein.topic.TopicFilter;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code GET /v1/stream} and {@code GET /t/{filter}?follow}: answers that stay open. */
final class StreamRoutes {
    private static final int MAX_FILTERS = 64;
    private static final List<String> FOLLOW = List.of("from", "limit", "level", "follow", "last_event_id");
    private static final List<String> STREAM = List.of("topic", "from", "last_event_id");

    /** {@code GET /v1/stream?topic=F&topic=F2&from=}: server-sent events over several filters. */
    void stream(Exchange exchange) {
        Query query = exchange.query().allow(STREAM);
        List<TopicFilter> filters = new ArrayList<>();
        for (Query.Parameter parameter : query.parameters()) {
            if (parameter.name().equalsIgnoreCase("topic")) {
                filters.add(Query.filter(parameter.value()));
            }
        }
        if (filters.isEmpty() || filters.size() > MAX_FILTERS) {
            throw Query.malformed("a stream has 1 to " + MAX_FILTERS + " topic parameters, not " + filters.size());
        }
        open(exchange, Framing.EVENTS, filters, from(exchange, query, filters), Subscribe.UNLIMITED);
    }

    void follow(Exchange exchange, TopicFilter filter, Query query) {
        query.allow(FOLLOW);
        Framing framing = how(exchange).orElseThrow();
        long limit =
                query.get("limit").isPresent() ? query.number("limit", 0, 1, Integer.MAX_VALUE) : Subscribe.UNLIMITED;
        List<TopicFilter> filters = List.of(filter);
        open(exchange, framing, filters, from(exchange, query, filters), limit);
    }

    private static void open(Exchange exchange, Framing framing, List<TopicFilter> filters, From from, long limit) {
        if (exchange.isHead()) {
            // A stream without its messages would hold the connection for nothing.
            exchange.stream(framing.contentType());
            exchange.response.end().onFailure(Exchange.GONE_CLIENT);
            return;
        }
        new LiveStream(exchange, framing, filters, from, limit).begin();
    }

    /** How a read stays open; empty when it does not. */
    static Optional<Framing> how(Exchange exchange) {
        if (wantsEvents(exchange)) {
            return Optional.of(Framing.EVENTS);
        }
        return exchange.query().is("follow") ? Optional.of(Framing.LINES) : Optional.empty();
    }

    static boolean wantsEvents(Exchange exchange) {
        String accept = exchange.request.getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.contains("text/event-stream");
    }

    /**
     * What a client saw last wins over what its URL says: an EventSource reconnects with the same URL. Browsers cannot
     * set the header on the first request, so there is a parameter too.
     */
    private static From from(Exchange exchange, Query query, List<TopicFilter> filters) {
        String header = exchange.header("Last-Event-ID");
        Optional<String> last =
                header.isEmpty() ? query.get("last_event_id").filter(text -> !text.isEmpty()) : Optional.of(header);
        return ReadRoute.from(last.or(() -> query.get("from")).orElse("latest"), filters);
    }
}
