package io.skein.protocol.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.Freshness;
import io.skein.broker.Leased;
import io.skein.broker.Loan;
import io.skein.broker.NoSubscriptions;
import io.skein.broker.OpenGate;
import io.skein.broker.Pull;
import io.skein.broker.Pulling;
import io.skein.broker.Refusal;
import io.skein.machine.Cursor;
import io.skein.store.StoredMessage;
import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.TopicFilter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker asks for after loans that did not come to what they promised. */
@Timeout(30)
class WorkerCreditTest {
    private static final Refusal UNREAD =
            Refusal.of(Refusal.Kind.INDETERMINATE, "indeterminate", "this node cannot read what it came to");

    private final Vertx vertx = Vertx.vertx();
    private final Lender lender = new Lender();
    private final BlockingQueue<JsonObject> heard = new LinkedBlockingQueue<>();
    private WebSocket socket;

    /** Gives one loan after the other, and tells what was pulled; then nothing comes any more. */
    private static final class Lender extends NoSubscriptions {
        final Deque<Script> loans = new ArrayDeque<>();
        final BlockingQueue<Pull> pulls = new LinkedBlockingQueue<>();

        @Override
        public Future<SubscriptionConfig> config(SubscriptionName name, Freshness freshness) {
            return Future.succeededFuture(SubscriptionConfig.of(new TopicFilter("orders")));
        }

        @Override
        public Pulling pull(Pull pull) {
            pulls.add(pull);
            Script next = loans.poll();
            Future<Loan> loan = next == null ? Promise.<Loan>promise().future() : Future.succeededFuture(next);
            return new Pulling() {
                @Override
                public Future<Loan> loan() {
                    return loan;
                }

                @Override
                public void cancel() {}
            };
        }

        int nextMax() throws InterruptedException {
            Pull pull = pulls.poll(10, TimeUnit.SECONDS);
            assertTrue(pull != null, "nothing was pulled");
            return pull.max();
        }
    }

    /** A loan of so many messages that is read one message at a time, and comes to an end before. */
    private static final class Script implements Loan {
        private final long count;
        private final int readable;
        private final Future<List<Leased>> end;
        private final BlockingQueue<Boolean> closed = new LinkedBlockingQueue<>();
        private int read;

        Script(long count, int readable, Future<List<Leased>> end) {
            this.count = count;
            this.readable = readable;
            this.end = end;
        }

        @Override
        public long count() {
            return count;
        }

        @Override
        public long until() {
            return System.currentTimeMillis() + 60_000;
        }

        @Override
        public Future<List<Leased>> next(long maxBytes) {
            return read == readable ? end : Future.succeededFuture(List.of(message(read++)));
        }

        private static Leased message(int offset) {
            byte[] json = ("{\"topic\":\"orders\",\"offset\":" + offset + "}").getBytes(StandardCharsets.UTF_8);
            return new Leased(
                    new StoredMessage(1, "orders", offset, new Cursor(5, offset), 1, Long.MAX_VALUE, json),
                    new Leases(1, 1, offset, 1, new Cursor(9, 0), 7),
                    1);
        }

        @Override
        public void close() {
            closed.add(true);
        }
    }

    @BeforeEach
    void start() throws Exception {
        var broker = new FakeBroker(vertx).with(lender, null);
        var door = new WebSocketDoor(
                vertx, OpenGate.of(broker), WebSocketConfig.DEFAULT, Allowances.ofHeap(), WebSocketListener.NONE);
        HttpServer server = vertx.createHttpServer(door.options(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0)))
                .requestHandler(request -> door.take(request, Optional.empty(), (status, code, detail) -> {}, () -> {}))
                .listen()
                .await(10, TimeUnit.SECONDS);
        WebSocketClient client = vertx.createWebSocketClient();
        socket = client.connect(new WebSocketConnectOptions()
                        .setHost("127.0.0.1")
                        .setPort(server.actualPort())
                        .setURI("/ws")
                        .setAllowOriginHeader(false))
                .map(ws -> ws.textMessageHandler(text -> {
                    for (String line : text.split("\n")) {
                        heard.add(new JsonObject(line));
                    }
                }))
                .await(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private void work(String credit) throws Exception {
        socket.writeTextMessage(
                        "{\"id\":1,\"op\":\"subscribe\",\"subscription\":\"billing\",\"credit\":" + credit + "}")
                .await(10, TimeUnit.SECONDS);
        assertTrue(hear().getBoolean("ok"));
    }

    private JsonObject hear() throws InterruptedException {
        JsonObject next = heard.poll(10, TimeUnit.SECONDS);
        assertTrue(next != null, "nothing was said");
        return next;
    }

    @Test
    void theCreditOfALoanThatCannotBeReadIsGivenBack() throws Exception {
        lender.loans.add(new Script(3, 0, Future.failedFuture(UNREAD)));
        work("3");

        assertEquals(3, lender.nextMax());
        assertEquals("indeterminate", hear().getString("status"));
        assertEquals(3, lender.nextMax(), "all that was not sent");
    }

    @Test
    void whatWasSentBeforeTheReadFailedHasUsedItsCredit() throws Exception {
        lender.loans.add(new Script(3, 1, Future.failedFuture(UNREAD)));
        work("3");

        assertEquals(3, lender.nextMax());
        assertEquals(1, hear().getJsonArray("messages").size());
        assertEquals("indeterminate", hear().getString("status"));
        assertEquals(2, lender.nextMax());
    }

    @Test
    void theCreditOfMessagesThatAreGoneIsGivenBack() throws Exception {
        lender.loans.add(new Script(3, 1, Future.succeededFuture(List.of())));
        work("3");

        assertEquals(3, lender.nextMax());
        assertEquals(2, lender.nextMax());
    }

    @Test
    void whatCannotBeReadIsNotInTheHandOfWhoLeavesCreditToTheServer() throws Exception {
        lender.loans.add(new Script(3, 1, Future.failedFuture(UNREAD)));
        work("\"auto\"");

        int whole = lender.nextMax();
        assertEquals(whole - 1, lender.nextMax(), "one message is in its hand");
    }

    @Test
    void aLoanThatFailedIsClosed() throws Exception {
        Script loan = new Script(3, 0, Future.failedFuture(UNREAD));
        lender.loans.add(loan);
        work("3");

        assertEquals(Boolean.TRUE, loan.closed.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void aLoanThatIsBeingReadIsClosedWithTheConnection() throws Exception {
        Script loan = new Script(3, 0, Promise.<List<Leased>>promise().future());
        lender.loans.add(loan);
        work("3");
        lender.nextMax();
        socket.close().await(10, TimeUnit.SECONDS);

        assertEquals(Boolean.TRUE, loan.closed.poll(10, TimeUnit.SECONDS));
    }
}
