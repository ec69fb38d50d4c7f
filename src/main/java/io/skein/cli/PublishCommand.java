package io.skein.cli;

import io.skein.client.SkeinClient;
import io.skein.frame.Durations;
import io.skein.frame.Malformed;
import io.skein.frame.PublishItem;
import io.skein.node.ExitCode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Publishes one message, or every line of standard input. */
@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Publishes a message and waits until it is durable.",
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} publish greetings hello",
            "  ${ROOT-COMMAND-NAME} publish orders/eu --format JSON '{\"id\":7}'",
            "  ${ROOT-COMMAND-NAME} publish reminders --delay 10m 'tea is ready'",
            "  ${ROOT-COMMAND-NAME} publish photos < picture.jpg",
            "  tail -f app.log | ${ROOT-COMMAND-NAME} publish --lines logs/app"
        })
final class PublishCommand implements Callable<Integer> {
    /** Lines under way. */
    private static final int WINDOW = 4096;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Parameters(index = "0", paramLabel = "TOPIC", description = "for example orders/eu")
    private String topic;

    @Parameters(index = "1", arity = "0..1", paramLabel = "MESSAGE", description = "default: standard input")
    private String message;

    @Option(names = "--lines", description = "every line of standard input is a message, sent as it comes")
    private boolean lines;

    @Option(names = "--key", paramLabel = "KEY", description = "the message's key")
    private String key = "";

    @Option(names = "--header", paramLabel = "NAME=VALUE", description = "a header; may be given again")
    private Map<String, String> headers = new LinkedHashMap<>();

    @Option(names = "--format", paramLabel = "JSON|XML|RAW", description = "what the body is (default: RAW)")
    private String format = "";

    @Option(names = "--delay", paramLabel = "TIME", description = "deliver later, for example 10m")
    private String delay = "";

    @Option(names = "--ttl", paramLabel = "TIME", description = "nobody sees it after this, for example 1h")
    private String ttl = "";

    @Option(names = "--idempotency-key", paramLabel = "KEY", description = "a repeat with this key is not stored again")
    private String idempotencyKey = "";

    @Option(names = "--json", description = "the node's answer as one JSON line")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (lines) {
            if (message != null || !delay.isEmpty() || !ttl.isEmpty() || !idempotencyKey.isEmpty()) {
                throw new CommandProblem(
                        ExitCode.USAGE, "--lines takes no MESSAGE, --delay, --ttl or --idempotency-key");
            }
            return publishLines(out);
        }
        checkTime("--delay", delay);
        checkTime("--ttl", ttl);
        byte[] body = message != null ? message.getBytes(StandardCharsets.UTF_8) : System.in.readAllBytes();
        JsonObject ack = new Api(server).post("/t" + Api.path(topic), body, requestHeaders());
        if (json) {
            out.println(ack.encode());
        } else if (ack.containsKey("due")) {
            out.printf(
                    "%s is due at %s, cursor %s%n", topic, Readable.text(ack.getLong("due")), ack.getString("cursor"));
        } else {
            out.printf(
                    "%s offset %d, cursor %s, durable: %s%n",
                    topic, ack.getLong("offset"), ack.getString("cursor"), ack.getString("durable"));
        }
        out.flush();
        return 0;
    }

    private static void checkTime(String flag, String text) {
        try {
            if (!text.isEmpty()) {
                Durations.parseMs(text);
            }
        } catch (Malformed noTime) {
            throw new CommandProblem(ExitCode.USAGE, flag + ": " + noTime.getMessage());
        }
    }

    private String[] requestHeaders() {
        List<String> pairs = new ArrayList<>();
        add(pairs, "Content-Type", "application/octet-stream");
        add(pairs, "Skein-Key", key);
        add(pairs, "Skein-Format", format);
        add(pairs, "Skein-Delay", delay);
        add(pairs, "Skein-TTL", ttl);
        add(pairs, "Idempotency-Key", idempotencyKey);
        headers.forEach((name, value) -> add(pairs, "Skein-Header-" + name, value));
        return pairs.toArray(String[]::new);
    }

    private static void add(List<String> pairs, String name, String value) {
        if (!value.isEmpty()) {
            pairs.add(name);
            pairs.add(value);
        }
    }

    private int publishLines(PrintWriter out) throws IOException, InterruptedException {
        Vertx vertx = Vertx.vertx();
        AtomicLong durable = new AtomicLong();
        AtomicReference<Throwable> refused = new AtomicReference<>();
        Semaphore underWay = new Semaphore(WINDOW);
        try {
            SkeinClient client =
                    Sockets.connect(vertx, server, spec.commandLine().getErr());
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null && refused.get() == null; line = in.readLine()) {
                underWay.acquire();
                PublishItem item = PublishItem.of(topic, line).withKey(key).withHeaders(headers);
                client.publish(format.isEmpty() ? item : item.withFormat(format))
                        .onComplete(done -> {
                            if (done.succeeded()) {
                                durable.incrementAndGet();
                            } else {
                                refused.compareAndSet(null, done.cause());
                            }
                            underWay.release();
                        });
            }
            underWay.acquire(WINDOW);
            client.close().await(5, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException slow) {
            throw new CommandProblem(1, "the connection did not close: " + slow.getMessage());
        } finally {
            Sockets.close(vertx);
        }
        out.println(json ? new JsonObject().put("published", durable.get()).encode() : durable + " lines are durable");
        out.flush();
        if (refused.get() != null) {
            throw Sockets.problem(server, refused.get());
        }
        return 0;
    }
}
