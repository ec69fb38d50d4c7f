package io.skein.cli;

import io.skein.client.SkeinClient;
import io.skein.client.SkeinException;
import io.skein.client.WorkHandler;
import io.skein.client.WorkOptions;
import io.skein.client.Worker;
import io.skein.frame.Delivered;
import io.skein.node.ExitCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Works for a durable subscription. */
@Command(
        name = "pull",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Takes messages of a durable subscription, prints each and acknowledges it.",
            "What is printed and not acknowledged, because this was ended, comes again when its lease ends. It is"
                    + " acknowledged as soon as it is printed, before whoever reads it has done anything with it; for work that"
                    + " must not be lost: --no-ack, and '${ROOT-COMMAND-NAME} subscriptions ack' when it is done."
        },
        footer = {
            "",
            "Exit code 3 when nothing came in time.",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} subscriptions create billing --filter 'orders/#'",
            "  ${ROOT-COMMAND-NAME} pull billing",
            "  ${ROOT-COMMAND-NAME} pull billing --count 100 --wait 1s --json",
            "  ${ROOT-COMMAND-NAME} pull billing --follow --body | while read -r line; do ...; done",
            "  ${ROOT-COMMAND-NAME} pull billing --no-ack --json         leaves it lent, and prints the lease"
        })
final class PullCommand implements Callable<Integer> {
    private static final long ANSWER_SECONDS = 30;
    /** With --no-ack all are lent at the same time. */
    private static final int MOST_LENT = 10_000;
    /** The node has to be asked all the same. */
    private static final long LEAST_WAIT_MS = 100;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Mixin
    private MessagePrinter printer;

    @Parameters(paramLabel = "SUBSCRIPTION", description = "a durable subscription's name")
    private String subscription;

    @Option(names = "--count", paramLabel = "N", description = "takes so many (default: 1)")
    private long count = 1;

    @Option(names = "--follow", description = "goes on for good")
    private boolean follow;

    @Option(names = "--wait", paramLabel = "TIME", description = "for each message (default: 5s)")
    private String wait = "5s";

    @Option(names = "--no-ack", description = "does not acknowledge: the message comes again when its lease ends")
    private boolean noAck;

    @Option(names = "--lease", paramLabel = "TIME", description = "how long messages are lent (default: as it says)")
    private String lease;

    @Option(names = "--consumer", paramLabel = "NAME", description = "who works, for others to see")
    private String consumer = "";

    /** One or the other. */
    private record Event(Delivered message, String end) {}

    @Override
    public Integer call() throws InterruptedException {
        long waitMs = Words.ms("--wait", wait);
        if (waitMs < LEAST_WAIT_MS) {
            throw new CommandProblem(ExitCode.USAGE, "--wait is at least " + LEAST_WAIT_MS + "ms");
        }
        long leaseMs = lease == null ? 0 : Words.ms("--lease", lease);
        if (count < 1 || noAck && count > MOST_LENT) {
            throw new CommandProblem(
                    ExitCode.USAGE, "--count is 1 or more" + (noAck ? ", with --no-ack at most " + MOST_LENT : ""));
        }
        if (follow && noAck) {
            throw new CommandProblem(ExitCode.USAGE, "--follow with --no-ack would lend all there is and wait");
        }
        Vertx vertx = Vertx.vertx();
        PrintWriter err = spec.commandLine().getErr();
        BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        try {
            SkeinClient client = Sockets.connect(vertx, server, err);
            WorkOptions options =
                    WorkOptions.of(subscription).consumer(consumer).leaseMs(leaseMs);
            // What is in hand when this ends has to wait for its lease.
            options = follow
                    ? options.credit(1)
                    : options.credit((int) Math.min(count, noAck ? MOST_LENT : 64))
                            .limit(count);
            Worker worker = client.work(options, handler(events, err)).await(ANSWER_SECONDS, TimeUnit.SECONDS);
            int exitCode = take(worker, events, waitMs, err);
            client.close().onFailure(ignored -> {}); // said first, so that the end is no lost connection
            return exitCode;
        } catch (TimeoutException slow) {
            throw new CommandProblem(ExitCode.UNREACHABLE, "the node did not answer in time; nothing was taken");
        } catch (SkeinException refused) {
            throw Sockets.problem(server, refused);
        } finally {
            Sockets.close(vertx);
        }
    }

    private int take(Worker worker, BlockingQueue<Event> events, long waitMs, PrintWriter err)
            throws InterruptedException {
        List<Future<?>> acks = new ArrayList<>();
        AtomicBoolean refused = new AtomicBoolean();
        AtomicBoolean doubtful = new AtomicBoolean();
        long taken = 0;
        while (follow || taken < count) {
            Event event = follow ? events.take() : events.poll(waitMs, TimeUnit.MILLISECONDS);
            if (event == null) {
                break;
            }
            if (event.message() == null) {
                throw Sockets.ended(server, "the work", event.end());
            }
            taken++;
            if (!printer.print(event.message())) {
                break; // Nobody has read it: it comes again.
            }
            if (noAck) {
                continue;
            }
            acks.removeIf(Future::isComplete);
            acks.add(worker.ack(event.message()).onFailure(said -> {
                boolean isUnknown = said instanceof SkeinException problem && problem.isUnknown();
                (isUnknown ? doubtful : refused).set(true);
                err.println((isUnknown ? "it is not known whether it is acknowledged: " : "not acknowledged: ")
                        + said.getMessage());
                err.flush();
            }));
        }
        try {
            Future.join(acks).otherwiseEmpty().await(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException slow) {
            throw new CommandProblem(
                    ExitCode.UNKNOWN,
                    "the node did not answer the last acknowledgements in time: they may count, or their messages come again");
        }
        if (doubtful.get() || refused.get()) {
            return doubtful.get() ? ExitCode.UNKNOWN : ExitCode.NO;
        }
        return taken == 0 ? ExitCode.NOTHING : 0;
    }

    private static WorkHandler handler(BlockingQueue<Event> events, PrintWriter err) {
        return new WorkHandler() {
            @Override
            public void message(Worker worker, Delivered message) {
                events.add(new Event(message, ""));
            }

            @Override
            public void status(String health) {
                err.println("node: " + health);
                err.flush();
            }

            @Override
            public void connection(boolean isUp) {
                err.println(isUp ? "connected again" : "connection lost; looks for a node");
                err.flush();
            }

            @Override
            public void ended(String reason) {
                events.add(new Event(null, reason));
            }
        };
    }
}
