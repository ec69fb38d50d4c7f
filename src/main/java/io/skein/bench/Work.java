package io.skein.bench;

import io.skein.client.ClientOptions;
import io.skein.client.SkeinClient;
import io.skein.client.WorkHandler;
import io.skein.client.WorkOptions;
import io.skein.client.Worker;
import io.skein.frame.Delivered;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Lets a backlog wait for a durable subscription and measures how fast workers pull, take and acknowledge it, through the
 * client library; then how soon one who waits has a single message. Blocks its caller.
 */
public final class Work {
    private static final Duration STEP = Duration.ofSeconds(30);
    /** Longer than any backlog takes. */
    private static final Duration DRAIN = Duration.ofMinutes(30);

    private static final int FILL = 1000;
    private static final int FILLS_UNDER_WAY = 8;

    private final WorkConfig config;
    private final Consumer<String> progress;
    private final Vertx vertx;
    private final HttpClient http;
    private final String topic =
            "bench-work-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    private final String body;
    private final List<SkeinClient> clients = new ArrayList<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final LongAdder refused = new LongAdder();
    private final LongAdder published = new LongAdder();
    private final Promise<Long> drained = Promise.promise();

    private Work(WorkConfig config, Consumer<String> progress, Vertx vertx) {
        this.config = config;
        this.progress = progress;
        this.vertx = vertx;
        this.http = vertx.createHttpClient(config.target().secure(new HttpClientOptions()));
        var text = new StringBuilder();
        new Stamp(config.bytes()).append(text, 0);
        this.body = text.toString();
    }

    /**
     * @param progress told what is being done
     * @throws IOException when the node refuses something
     */
    public static WorkReport run(WorkConfig config, Consumer<String> progress) throws IOException, TimeoutException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        try {
            return new Work(config, progress, vertx).run();
        } finally {
            Load.quietly(vertx.close());
        }
    }

    private WorkReport run() throws IOException, TimeoutException {
        String subscription = "/v1/subscriptions/" + topic;
        ask(HttpMethod.PUT, subscription, new JsonObject().put("filter", topic).put("from", "earliest"));
        try {
            fill();
            progress.accept("draining " + config.backlog());
            long begin = System.nanoTime();
            for (int i = 0; i < config.workers(); i++) {
                work(client(1), this::take);
            }
            long timer = config.perSecond() > 0 ? publishAtAPace() : -1;
            long end = await(drained.future(), DRAIN);
            if (timer != -1) {
                vertx.cancelTimer(timer);
            }
            long meanwhile = published.sum();
            clients.forEach(client -> Load.quietly(client.close()));
            clients.clear();
            Histogram ack = Latency.histogram();
            Histogram wake = Latency.histogram();
            wake(ack, wake);
            return new WorkReport(config, end - begin, meanwhile, refused.sum(), Latency.of(ack), Latency.of(wake));
        } finally {
            clients.forEach(client -> Load.quietly(client.close()));
            ask(HttpMethod.DELETE, subscription, null);
            ask(HttpMethod.DELETE, "/v1/topics/" + topic, null);
        }
    }

    private SkeinClient client(int batch) throws IOException, TimeoutException {
        Target target = config.target();
        ClientOptions options = ClientOptions.of(List.of(target.webSocket()))
                .withToken(target.token())
                .withAuthority(target.authority())
                .onlyThese()
                .withBatch(batch, 4 << 20)
                .withWindow(FILL * FILLS_UNDER_WAY, FILL * FILLS_UNDER_WAY);
        SkeinClient client = await(SkeinClient.connect(vertx, options), STEP);
        clients.add(client);
        return client;
    }

    private void ask(HttpMethod method, String path, JsonObject json) throws IOException, TimeoutException {
        Target target = config.target();
        Buffer sent = json == null ? Buffer.buffer() : json.toBuffer();
        String problem = await(
                http.request(method, target.port(), target.host(), target.path(path))
                        .compose(request -> {
                            if (!target.token().isEmpty()) {
                                request.putHeader("Authorization", "Bearer " + target.token());
                            }
                            return request.putHeader("Content-Type", "application/json")
                                    .send(sent);
                        })
                        .compose(answer -> answer.statusCode() < 300
                                ? Future.succeededFuture("")
                                : answer.body().map(Buffer::toString)),
                STEP);
        if (!problem.isEmpty()) {
            throw new IOException(method + " " + path + ": " + problem);
        }
    }

    private void fill() throws IOException, TimeoutException {
        progress.accept("publishing " + config.backlog());
        SkeinClient client = client(FILL);
        long left = config.backlog();
        while (left > 0) {
            List<Future<?>> answers = new ArrayList<>();
            for (int i = 0; i < FILL * FILLS_UNDER_WAY && left > 0; i++, left--) {
                answers.add(client.publish(topic, body));
            }
            await(Future.all(answers), STEP);
        }
    }

    private void work(SkeinClient client, WorkHandler handler) throws IOException, TimeoutException {
        await(client.work(WorkOptions.of(topic).credit(config.credit()), handler), STEP);
    }

    private void take(Worker worker, Delivered message) {
        worker.ack(message)
                .onSuccess(done -> {
                    if (acknowledged.incrementAndGet() == config.backlog()) {
                        drained.tryComplete(System.nanoTime());
                    }
                })
                .onFailure(said -> refused.increment());
    }

    private long publishAtAPace() throws IOException, TimeoutException {
        SkeinClient client = client(FILL);
        long begin = System.nanoTime();
        long[] sent = {0};
        return vertx.setPeriodic(1, tick -> {
            long due = (long) ((System.nanoTime() - begin) / 1e9 * config.perSecond());
            for (; sent[0] < due; sent[0]++) {
                client.publish(topic, body)
                        .onSuccess(done -> published.increment())
                        .onFailure(full -> {});
            }
        });
    }

    private void wake(Histogram ack, Histogram wake) throws IOException, TimeoutException {
        if (config.wakes() == 0) {
            return;
        }
        progress.accept("waking a worker " + config.wakes() + " times");
        SkeinClient publisher = client(1);
        // What was published beside the draining is in the way.
        ask(HttpMethod.POST, "/v1/subscriptions/" + topic + "/seek", new JsonObject().put("to", "latest"));
        Arrival arrival = new Arrival();
        work(client(1), (worker, message) -> {
            worker.ack(message).onFailure(said -> refused.increment());
            arrival.here(System.nanoTime());
        });
        for (int i = 0; i < config.wakes(); i++) {
            Future<Long> arrived = arrival.expect();
            long begin = System.nanoTime();
            long acked = await(
                    publisher
                            .publish(topic, body.getBytes(StandardCharsets.ISO_8859_1))
                            .map(done -> System.nanoTime()),
                    STEP);
            long there = await(arrived, STEP);
            Latency.record(ack, acked - begin);
            Latency.record(wake, Math.max(0, there - acked));
        }
    }

    private static final class Arrival {
        private Promise<Long> promise = Promise.promise();

        synchronized Future<Long> expect() {
            promise = Promise.promise();
            return promise.future();
        }

        synchronized void here(long nanos) {
            promise.tryComplete(nanos);
        }
    }

    private static <T> T await(Future<T> future, Duration time) throws IOException, TimeoutException {
        try {
            return future.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw late;
        } catch (RuntimeException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
    }
}
