package io.skein.protocol.http;

import io.skein.broker.Leased;
import io.skein.broker.Loan;
import io.skein.broker.Pull;
import io.skein.broker.Pulling;
import io.skein.broker.Stay;
import io.skein.frame.MessageJson;
import io.skein.frame.Utf8Buffer;
import io.skein.wire.Limits;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code POST /v1/subscriptions/{name}/pull}: lends messages, and waits for a first one when asked to. What fits into one
 * page is one answer; more is written page by page as the client takes it, so that no more is in memory.
 */
final class PullRoute {
    private static final List<String> KNOWN = List.of("max", "wait", "consumer", "lease");
    private static final int DEFAULT_MAX = 10;
    private static final byte[] END = "]}".getBytes(StandardCharsets.US_ASCII);

    private final HttpConfig config;

    PullRoute(HttpConfig config) {
        this.config = config;
    }

    void pull(Exchange exchange) {
        Query query = exchange.query().allow(KNOWN);
        Pull pull = new Pull(
                SubscriptionRoutes.name(exchange),
                query.number("max", DEFAULT_MAX, 1, Limits.MAX_PULL_MESSAGES),
                query.duration("wait", 0, config.maxWaitMs()),
                query.get("consumer").orElse(""),
                query.duration("lease", 0, Limits.MAX_LEASE_MS),
                "http");
        Stay stay = pull.waitMs() > 0 ? exchange.guest().stay() : Stay.UNCOUNTED;
        Pulling pulling = stay.beginning(() -> exchange.broker().subscriptions().pull(pull));
        exchange.response.closeHandler(gone -> pulling.cancel());
        pulling.loan().onComplete(done -> {
            stay.end();
            if (done.failed()) {
                exchange.fail(done.cause());
            } else if (done.result().count() == 0) {
                exchange.empty(204);
            } else {
                new Answer(exchange, done.result(), config.maxPageBytes()).begin();
            }
        });
    }

    private static final class Answer {
        private final Exchange exchange;
        private final Loan loan;
        private final int pageBytes;
        private final Utf8Buffer page = new Utf8Buffer(4096);
        private boolean isFirst = true;
        private boolean isOpen;
        private boolean isGone;
        private boolean isFull;

        Answer(Exchange exchange, Loan loan, int pageBytes) {
            this.exchange = exchange;
            this.loan = loan;
            this.pageBytes = pageBytes;
        }

        void begin() {
            exchange.response.closeHandler(gone -> {
                isGone = true;
                loan.close();
            });
            page.ascii("{\"messages\":[");
            readOn();
        }

        /** Pages that are there already are taken in a loop: each of them one call deeper would be too deep. */
        private void readOn() {
            while (!isGone) {
                Future<List<Leased>> next = loan.next(pageBytes);
                if (!next.isComplete()) {
                    next.onComplete(done -> {
                        if (!isGone && take(done)) {
                            readOn();
                        }
                    });
                    return;
                }
                if (!take(next)) {
                    return;
                }
            }
        }

        /** @return whether to go on at once */
        private boolean take(AsyncResult<List<Leased>> read) {
            if (read.failed()) {
                fail(read.cause());
                return false;
            }
            if (read.result().isEmpty()) {
                end();
                return false;
            }
            for (Leased leased : read.result()) {
                if (!isFirst) {
                    page.put(',');
                }
                isFirst = false;
                MessageJson.lent(page, leased.message().json(), leased.lease().text(), leased.delivery());
            }
            if (page.length() < pageBytes) {
                return true;
            }
            return writePage();
        }

        private boolean writePage() {
            if (!isOpen) {
                isOpen = true;
                exchange.stream(Exchange.JSON);
            }
            exchange.response.write(Buffer.buffer(page.toByteArray())).onFailure(Exchange.GONE_CLIENT);
            page.clear();
            if (exchange.response.writeQueueFull()) {
                isFull = true;
                exchange.response.drainHandler(drained -> drained());
                return false;
            }
            return true;
        }

        private void drained() {
            if (isFull) {
                isFull = false;
                readOn();
            }
        }

        private void end() {
            page.raw(END);
            Buffer rest = Buffer.buffer(page.toByteArray());
            if (isOpen) {
                exchange.response.end(rest).onFailure(Exchange.GONE_CLIENT);
            } else {
                exchange.answer(200, Exchange.JSON, rest, -1);
            }
        }

        /** Half an answer is none: the connection breaks off, and the leases end by themselves. */
        private void fail(Throwable failure) {
            loan.close();
            if (isOpen) {
                exchange.close();
            } else {
                exchange.fail(failure);
            }
        }
    }
}
