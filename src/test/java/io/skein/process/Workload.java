package io.skein.process;

import io.skein.client.ClientOptions;
import io.skein.client.SkeinClient;
import io.skein.client.SkeinException;
import io.skein.client.SubscribeOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a cluster has to do on an ordinary day, a little of everything: publishers and subscribers on two doors and different
 * nodes, a durable subscription whose worker does most and fails some for good, a transaction now and then, what waits and
 * what expires. Paced, because the machine is shared with the nodes.
 */
final class Workload implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final long PACE_MS = 25;
    private static final String BILLING = "/v1/subscriptions/billing";

    private final ClusterUnderTest cluster;
    private final Vertx vertx = Vertx.vertx();
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(3);
    private final AtomicReference<Throwable> problem = new AtomicReference<>();
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    private Workload(ClusterUnderTest cluster) {
        this.cluster = cluster;
    }

    static Workload start(ClusterUnderTest cluster) throws Exception {
        Workload work = new Workload(cluster);
        try {
            work.begin();
            return work;
        } catch (Exception | AssertionError failed) {
            work.close();
            throw failed;
        }
    }

    private void begin() throws Exception {
        String billing =
                "{\"filter\":\"orders/#\",\"from\":\"earliest\",\"lease\":\"5s\",\"maxDeliveries\":2,\"backoff\":[]}";
        once(201, "n1", "PUT", BILLING, billing);
        once(202, "n1", "POST", "/t/reminders", "tea", "Skein-Delay", "10m");
        once(201, "n1", "POST", "/t/news", "soon old", "Skein-TTL", "10ms");
        once(201, "n3", "POST", "/t/news", "said twice", "Idempotency-Key", "twice");
        once(201, "n3", "POST", "/t/news", "said twice", "Idempotency-Key", "twice");
        once(412, "n3", "POST", "/t/news", "elsewhere", "Skein-Expect-Offset", "1000000");
        SkeinClient publisher = connect("n2");
        SkeinClient subscriber = connect("n3");
        subscriber.subscribe(SubscribeOptions.of("#"), message -> {}).await(10, TimeUnit.SECONDS);
        repeat(() -> expect(201, send("n1", "POST", "/t/orders/eu", "order " + published.incrementAndGet())));
        repeat(() -> {
            String body = published.incrementAndGet() % 20 == 0 ? "bad" : "good";
            return publisher.publish("orders/us", body).await(10, TimeUnit.SECONDS);
        });
        repeat(this::work);
    }

    /** As little as a worker can do: what is good it acknowledges, with what followed from it; the rest it gives back. */
    private Object work() throws Exception {
        HttpResponse<String> pulled = send("n1", "POST", BILLING + "/pull?max=20", "");
        if (pulled.statusCode() == 204) {
            return pulled; // nothing came
        }
        expect(200, pulled);
        JsonArray good = new JsonArray();
        JsonArray bad = new JsonArray();
        JsonArray messages = new JsonObject(pulled.body()).getJsonArray("messages");
        for (int i = 0; i < messages.size(); i++) {
            JsonObject message = messages.getJsonObject(i);
            (message.getString("body").equals("bad") ? bad : good).add(message.getString("lease"));
        }
        if (!good.isEmpty()) {
            JsonObject done = new JsonObject()
                    .put(
                            "publish",
                            new JsonArray()
                                    .add(new JsonObject().put("topic", "paid").put("body", "" + good.size())))
                    .put(
                            "ack",
                            new JsonArray()
                                    .add(new JsonObject()
                                            .put("subscription", "billing")
                                            .put("leases", good)));
            expect(200, send("n1", "POST", "/v1/transactions", done.encode(), "Content-Type", "application/json"));
        }
        if (!bad.isEmpty()) {
            String back = new JsonObject().put("leases", bad).encode();
            expect(200, send("n1", "POST", BILLING + "/nack", back, "Content-Type", "application/json"));
        }
        return expect(200, cluster.node("n2").get("/t/paid?limit=5", ANSWER));
    }

    private SkeinClient connect(String node) throws Exception {
        URI address = cluster.node(node).uri("");
        return SkeinClient.connect(vertx, ClientOptions.of(address.getHost(), address.getPort()))
                .await(10, TimeUnit.SECONDS);
    }

    /** Until it is answered so; a cluster that has no leader for a moment says so. */
    private void once(int status, String node, String method, String path, String body, String... headers) {
        cluster.await(method + " " + path, ANSWER.multipliedBy(3), () -> {
            expect(status, send(node, method, path, body, headers));
            return true;
        });
    }

    private void repeat(Callable<Object> task) {
        threads.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.call();
                    } catch (IOException | SkeinException passes) {
                        refused.incrementAndGet(); // the next comes soon
                    } catch (Exception | AssertionError failed) {
                        problem.compareAndSet(null, failed);
                    }
                },
                0,
                PACE_MS,
                TimeUnit.MILLISECONDS);
    }

    private HttpResponse<String> send(String node, String method, String path, String body, String... headers)
            throws Exception {
        return cluster.node(node).send(method, path, body, ANSWER, headers);
    }

    /** @throws IOException when a client is to try again */
    private static HttpResponse<String> expect(int status, HttpResponse<String> answer) throws IOException {
        String said = answer.request().uri() + ": " + answer.statusCode() + " " + answer.body();
        if (answer.statusCode() == 503 || answer.statusCode() == 504) {
            throw new IOException(said);
        }
        if (answer.statusCode() != status) {
            throw new AssertionError(said);
        }
        return answer;
    }

    /** Throws what went wrong so far, if anything did. */
    void check() {
        if (refused.get() > published.get()) {
            throw new AssertionError(refused + " times nothing was taken, " + published + " times it was tried");
        }
        if (problem.get() != null) {
            throw new AssertionError(problem.get());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        vertx.close().await();
    }
}
