package io.skein.protocol.http;

import io.skein.broker.Allowance;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/**
 * Reads a request's body whole, up to a limit. A declared length above the limit is refused before anything is read, an
 * undeclared one as soon as it is passed. A body that breaks off is given to nobody. One that stands still while all that
 * stand still hold too much together is refused with 503: nothing was executed.
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
    /** Of what all unfinished requests of the node may hold; null as long as this one holds little. */
    private Allowance.Share share;

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
            drop();
            exchange.problem(Problem.tooLarge(what, limit));
            return;
        }
        length += chunk.length();
        if (length > Allowance.UNCOUNTED) {
            count();
        }
        if (first == null) {
            first = chunk;
        } else {
            if (rest == null) {
                rest = Buffer.buffer(Math.min(limit, 2 * length)).appendBuffer(first);
            }
            rest.appendBuffer(chunk);
        }
    }

    private void count() {
        if (share == null) {
            share = exchange.door.allowances().unfinished().share(Vertx.currentContext(), this::giveWay);
        }
        share.hold(length);
    }

    private void giveWay() {
        if (!refused && !exchange.isAnswered()) {
            drop();
            exchange.problem(Problem.of(
                    503, "overloaded", exchange.door.allowances().unfinished().why()));
        }
    }

    private void drop() {
        refused = true;
        release();
    }

    private void release() {
        first = null;
        rest = null;
        if (share != null) {
            share.end();
        }
    }

    private void end(Void ignored) {
        if (refused) {
            return;
        }
        if (exchange.isAnswered()) { // it took too long
            drop();
            return;
        }
        byte[] bytes = first == null ? EMPTY : rest == null ? first.getBytes() : rest.getBytes();
        release();
        try {
            then.accept(bytes);
        } catch (RuntimeException thrown) {
            exchange.fail(thrown);
        }
    }

    /** The client went away or spoke no HTTP: there is nobody to answer. */
    private void broken(Throwable ignored) {
        drop();
        exchange.abandoned();
    }
}
