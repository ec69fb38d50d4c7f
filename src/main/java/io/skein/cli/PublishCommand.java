package io.skein.cli;

import io.skein.client.Published;
import io.skein.client.SkeinClient;
import io.skein.client.SkeinException;
import io.skein.frame.PublishItem;
import io.skein.node.ExitCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    /** Of a line that is named, characters. */
    private static final int SHOWN = 60;

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
        PublishItem item = item(topic, new byte[0])
                .withDelayMs(delay.isEmpty() ? 0 : Words.ms("--delay", delay))
                .withTtlMs(ttl.isEmpty() ? 0 : Words.ms("--ttl", ttl))
                .withId(idempotencyKey.isEmpty() ? Api.newKey() : idempotencyKey);
        byte[] body = message != null ? message.getBytes(StandardCharsets.UTF_8) : System.in.readAllBytes();
        Published stored = publishOne(item.withBody(body));
        if (json) {
            out.println(answer(stored).encode());
        } else if (stored.due() >= 0) {
            out.printf("%s is due at %s, cursor %s%n", topic, Readable.text(stored.due()), stored.cursor());
        } else {
            out.printf(
                    "%s offset %d, cursor %s, durable: %s%n", topic, stored.offset(), stored.cursor(), durable(stored));
        }
        out.flush();
        return 0;
    }

    private JsonObject answer(Published stored) {
        JsonObject answer = new JsonObject().put("topic", topic);
        if (stored.due() >= 0) {
            answer.put("due", stored.due());
        } else {
            answer.put("offset", stored.offset());
        }
        answer.put("cursor", stored.cursor()).put("durable", durable(stored));
        return stored.isReplayed() ? answer.put("replayed", true) : answer;
    }

    private static String durable(Published stored) {
        return stored.isInMemory() ? "memory" : "quorum";
    }

    private PublishItem item(String topic, byte[] body) {
        PublishItem item = PublishItem.of(topic, body).withKey(key).withHeaders(headers);
        return format.isEmpty() ? item : item.withFormat(format);
    }

    private Published publishOne(PublishItem item) {
        Vertx vertx = Vertx.vertx();
        try {
            return Sockets.connect(vertx, server, spec.commandLine().getErr())
                    .publish(item)
                    .await();
        } catch (SkeinException refused) {
            String words = refused.problem().message();
            throw server.denied(refused.code(), words)
                    .orElseGet(() -> new CommandProblem(
                            Sockets.exitCode(refused),
                            words + " (" + refused.code() + ")" + (refused.isUnknown() ? Api.again(item.id()) : ""),
                            refused.code()));
        } finally {
            Sockets.close(vertx);
        }
    }

    private int publishLines(PrintWriter out) throws InterruptedException {
        Vertx vertx = Vertx.vertx();
        PrintWriter err = spec.commandLine().getErr();
        Lines all = new Lines();
        try {
            SkeinClient client = Sockets.connect(vertx, server, err);
            Thread reading = new Thread(() -> all.read(client), "lines");
            reading.setDaemon(true); // It may wait for a line that is never typed.
            reading.start();
            all.end.await();
            all.underWay.acquire(WINDOW);
            client.close().await(5, TimeUnit.SECONDS);
        } catch (TimeoutException slow) {
            throw new CommandProblem(
                    ExitCode.NO,
                    all.durable + " lines are durable; the connection did not close: " + slow.getMessage());
        } finally {
            Sockets.close(vertx);
        }
        out.println(
                json
                        ? new JsonObject().put("published", all.durable.get()).encode()
                        : all.durable + " lines are durable");
        out.flush();
        Refused first = all.refused.get();
        if (first != null) {
            all.say(first, err);
            throw Sockets.problem(server, first.why());
        }
        if (all.broken instanceof IOException unreadable) {
            throw new CommandProblem(ExitCode.NO, "standard input cannot be read on: " + unreadable.getMessage());
        }
        if (all.broken != null) {
            throw new IllegalStateException("not all lines were published", all.broken);
        }
        return 0;
    }

    /** @param number counted from 1 */
    private record Refused(long number, String line, Throwable why) {
        /** The first as they were typed, not as they were answered. */
        static Refused first(Refused one, Refused other) {
            return one == null || other.number < one.number ? other : one;
        }

        boolean isUnknown() {
            return why instanceof SkeinException said && said.isUnknown();
        }
    }

    /** Standard input, line by line, until it ends or one line is refused. */
    private final class Lines {
        private final Semaphore underWay = new Semaphore(WINDOW, true);
        private final AtomicLong durable = new AtomicLong();
        private final AtomicReference<Refused> refused = new AtomicReference<>();
        private final CountDownLatch end = new CountDownLatch(1);
        /** What ended the reading, if it was not the end. */
        private volatile Throwable broken;
        /** The last that was sent. */
        private volatile long last;
        /** Of some that were sent nobody knows whether they are stored. */
        private volatile boolean isDoubtful;

        void read(SkeinClient client) {
            try {
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                long number = 0;
                for (String line = in.readLine(); line != null && end.getCount() > 0; line = in.readLine()) {
                    underWay.acquire();
                    publish(client, ++number, line);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } catch (Throwable failed) { // Whatever it is, it is not the end of the lines.
                broken = failed;
            } finally {
                end.countDown();
            }
        }

        /** Where whoever goes on has to look. */
        private void say(Refused first, PrintWriter err) {
            if (durable.get() == 0 && !first.isUnknown()) {
                return;
            }
            err.println("skein: the first line that " + (first.isUnknown() ? "is not surely" : "was not")
                    + " stored is " + first.number() + ": " + Terminal.fitting(Readable.oneLine(first.line()), SHOWN));
            if (last > first.number() && (isDoubtful || durable.get() >= first.number())) {
                err.println("skein: lines behind it may be stored");
            }
            err.flush();
        }

        private void publish(SkeinClient client, long number, String line) {
            if (end.getCount() == 0) {
                underWay.release();
                return;
            }
            Future<Published> sent;
            try {
                sent = client.publish(item(topic, line.getBytes(StandardCharsets.UTF_8)));
                last = number;
            } catch (Throwable failed) {
                underWay.release();
                throw failed;
            }
            sent.onComplete(done -> {
                if (done.succeeded()) {
                    durable.incrementAndGet();
                } else {
                    Refused failed = new Refused(number, line, done.cause());
                    if (failed.isUnknown()) {
                        isDoubtful = true;
                    }
                    refused.accumulateAndGet(failed, Refused::first);
                    end.countDown();
                }
                underWay.release();
            });
        }
    }
}
