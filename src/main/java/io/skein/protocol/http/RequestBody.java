package io.skein.protocol.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/**
 * Reads a request's body whole, up to a limit. A declared length above the limit is refused before anything is read, an
 * undeclared one as soon as it is passed. A body that breaks off is given to nobody.
 */
final class RequestBody implements Handler<Buffer> {
    private static final byte[] EMPTY = {};

    private final Exchange exchange;
    private final String what;
    private final int limit;
    private final Consumer<byte[]> then;
    private Buffer first;
    private Buffer rest;
    private int length;
    private boolean refused;

    private RequestBody(Exchange exchange, String what, int limit, Consumer<byte[]> then) {
        this.exchange = exchange;
        this.what = what;
        this.limit = limit;
        this.then = then;
    }

    /**
     * @param what begins the sentence of a refusal: "a message"
     * @param then gets the body; what it throws is answered
     */
    static void read(Exchange exchange, String what, int limit, Consumer<byte[]> then) {
        HttpServerRequest request = exchange.request;
        String declared = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (declared != null && length(declared) > limit) {
            exchange.problem(Problem.tooLarge(what, limit));
            return;
        }
        if (request.getHeader(HttpHeaders.EXPECT) != null
                && request.getHeader(HttpHeaders.EXPECT).equalsIgnoreCase("100-continue")) {
            exchange.response.writeContinue().onFailure(Exchange.GONE_CLIENT);
        }
        RequestBody body = new RequestBody(exchange, what, limit, then);
        request.handler(body);
        request.endHandler(body::end);
        request.exceptionHandler(body::broken);
        exchange.await();
    }

    /** A declared length; above every limit when it is none. */
    static long length(String declared) {
        try {
            return Long.parseLong(declared.trim());
        } catch (NumberFormatException notALength) {
            return Long.MAX_VALUE;
        }
    }

    @Override
    public void handle(Buffer chunk) {
        if (refused) {
            return;
        }
        if ((long) length + chunk.length() > limit) {
            refused = true;
            first = null;
            rest = null;
            exchange.problem(Problem.tooLarge(what, limit));
            return;
        }
        length += chunk.length();
        if (first == null) {
            first = chunk;
        } else {
            if (rest == null) {
                rest = Buffer.buffer(Math.min(limit, 2 * length)).appendBuffer(first);
            }
            rest.appendBuffer(chunk);
        }
    }

    private void end(Void ignored) {
        if (refused || exchange.isAnswered()) {
            return;
        }
        byte[] bytes = first == null ? EMPTY : rest == null ? first.getBytes() : rest.getBytes();
        first = null;
        rest = null;
        try {
            then.accept(bytes);
        } catch (RuntimeException thrown) {
            exchange.fail(thrown);
        }
    }

    /** The client went away or spoke no HTTP: there is nobody to answer. */
    private void broken(Throwable ignored) {
        refused = true;
        first = null;
        rest = null;
        exchange.abandoned();
    }
}
