package io.skein.cli;

import io.skein.client.MessageHandler;
import io.skein.client.SkeinClient;
import io.skein.client.SkeinException;
import io.skein.client.SubscribeOptions;
import io.skein.frame.Delivered;
import io.skein.frame.Push;
import io.skein.node.ExitCode;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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

/** Follows topics. */
@Command(
        name = "subscribe",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Prints messages as they come, and goes on by itself where it was when the connection is lost.",
            "Ends when nobody reads what it prints."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} subscribe greetings",
            "  ${ROOT-COMMAND-NAME} subscribe 'orders/#' 'returns/+' --from earliest",
            "  ${ROOT-COMMAND-NAME} subscribe logs/app --from=-15m --body",
            "  ${ROOT-COMMAND-NAME} subscribe jobs --count 1 --json"
        })
final class SubscribeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Mixin
    private MessagePrinter printer;

    @Parameters(arity = "1..64", paramLabel = "FILTER", description = "a topic, or with + (one level) and # (the rest)")
    private List<String> filters;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            description = "earliest, latest, a cursor, an offset, a time or a duration like -15m (default: latest)")
    private String from = "latest";

    @Option(names = "--count", paramLabel = "N", description = "ends after so many messages")
    private long count = Long.MAX_VALUE;

    @Override
    public Integer call() throws InterruptedException {
        if (count < 1) {
            throw new CommandProblem(ExitCode.USAGE, "--count is a number from 1, not " + count);
        }
        Vertx vertx = Vertx.vertx();
        PrintWriter err = spec.commandLine().getErr();
        CountDownLatch end = new CountDownLatch(1);
        AtomicReference<String> reason = new AtomicReference<>("");
        AtomicLong left = new AtomicLong(count);
        try {
            SkeinClient client = Sockets.connect(vertx, server, err);
            MessageHandler printing = new MessageHandler() {
                @Override
                public void message(Delivered message) {
                    if (left.getAndDecrement() <= 0) {
                        return;
                    }
                    if (!printer.print(message) || left.get() <= 0) {
                        end.countDown();
                    }
                }

                @Override
                public void gap(Push.Gap gap) {
                    err.println("gap: messages from " + gap.requested() + " to " + gap.resumedAt() + " are gone");
                    err.flush();
                }

                @Override
                public void status(String health) {
                    err.println("node: " + health);
                    err.flush();
                }

                @Override
                public void connection(boolean isUp) {
                    if (end.getCount() == 0) {
                        return; // closed by this command itself
                    }
                    err.println(isUp ? "connected again" : "connection lost; looks for a node");
                    err.flush();
                }

                @Override
                public void ended(String why) {
                    reason.set(why);
                    end.countDown();
                }
            };
            client.subscribe(SubscribeOptions.of(filters.toArray(String[]::new)).from(from), printing)
                    .await(30, TimeUnit.SECONDS);
            end.await();
        } catch (TimeoutException slow) {
            throw new CommandProblem(ExitCode.UNREACHABLE, "the node did not answer in time");
        } catch (SkeinException refused) {
            throw Sockets.problem(server, refused);
        } finally {
            Sockets.close(vertx);
        }
        if (!reason.get().isEmpty()) {
            throw Sockets.ended(server, "the stream", reason.get());
        }
        return 0;
    }
}
