package io.skein.cli;

import io.skein.bench.Ceilings;
import io.skein.bench.CeilingsConfig;
import io.skein.bench.Load;
import io.skein.bench.LoadConfig;
import io.skein.bench.Ratios;
import io.skein.bench.RatiosConfig;
import io.skein.bench.Report;
import io.skein.bench.Work;
import io.skein.bench.WorkConfig;
import io.skein.node.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a node, the machine below it, or the one against the other. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Puts load on a node and says how many messages were acknowledged, how soon, and how many came through.",
            "A closed loop keeps a window full; --rate sends at a pace and counts from when a message was due, so that"
                    + " waiting is not left out."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} bench",
            "  ${ROOT-COMMAND-NAME} bench --publishers 1 --window 1      one message at a time",
            "  ${ROOT-COMMAND-NAME} bench --door http --publishers 64",
            "  ${ROOT-COMMAND-NAME} bench --rate 20000 --subscribers 10  at a pace, with listeners",
            "  ${ROOT-COMMAND-NAME} bench --workers 1                    drains a backlog as a durable subscription",
            "  ${ROOT-COMMAND-NAME} bench --ratios                       against the machine's ceilings"
        })
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Option(
            names = "--door",
            paramLabel = "ws|client|http|tcp",
            description =
                    "how messages are published (default: client, the Java client library; of --ratios: ws, frames"
                            + " written by hand)")
    private String door;

    @Option(names = "--tcp-port", paramLabel = "PORT", description = "for --door tcp (default: 5000)")
    private int tcpPort = 5000;

    @Option(names = "--publishers", paramLabel = "N", description = "connections that publish (default: 4)")
    private int publishers = 4;

    @Option(names = "--window", paramLabel = "N", description = "messages in flight on each (default: 256)")
    private int window = 256;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "messages in one frame (default: 64, at most the window; http: 1, POST /t)")
    private int batch;

    @Option(names = "--size", paramLabel = "BYTES", description = "of a body (default: 256)")
    private int size = 256;

    @Option(names = "--topics", paramLabel = "N", description = "topics, dealt in turn (default: 1)")
    private int topics = 1;

    @Option(names = "--prefix", paramLabel = "NAME", description = "of the topics' names (default: bench)")
    private String prefix = "bench";

    @Option(names = "--subscribers", paramLabel = "N", description = "listeners, over WebSocket (default: 1)")
    private int subscribers = 1;

    @Option(names = "--rate", paramLabel = "PER-SECOND", description = "open loop: messages a second of all together")
    private double rate;

    @Option(names = "--seconds", paramLabel = "N", description = "measured (default: 10; each figure of --ratios: 3)")
    private Integer seconds;

    @Option(names = "--warm-up", paramLabel = "N", description = "seconds before that (default: 2)")
    private int warmUp = 2;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "workers of a durable subscription that drain a backlog; --rate then publishes beside them")
    private int workers;

    @Option(names = "--credit", paramLabel = "N", description = "messages in the hand of each worker (default: 256)")
    private int credit = 256;

    @Option(names = "--backlog", paramLabel = "N", description = "messages that wait for them (default: 100000)")
    private long backlog = 100_000;

    @Option(names = "--ratios", description = "the node's figures divided by the machine's, in the same run")
    private boolean ratios;

    @Option(names = "--rounds", paramLabel = "N", description = "of --ratios (default: 3)")
    private int rounds = 3;

    @Option(names = "--ceilings", description = "only what the machine can do: disk, SQLite, bare HTTP and WebSocket")
    private boolean ceilings;

    @Option(names = "--dir", paramLabel = "DIR", description = "where the disk is measured (default: here)")
    private Path dir = Path.of(".");

    @Option(names = "--json", description = "one JSON line on standard output, nothing else")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Report report;
        Progress progress = Progress.of(spec.commandLine().getErr(), json);
        AtomicReference<String> last = new AtomicReference<>("");
        try {
            report = Ticker.beside(() -> show(progress, last.get()), () -> report(last::set));
        } catch (IllegalArgumentException malformed) {
            throw new CommandProblem(ExitCode.USAGE, malformed.getMessage());
        } catch (IOException refused) {
            String said = String.valueOf(refused.getMessage());
            throw server.denied(
                            said.substring(said.lastIndexOf(' ') + 1),
                            "whoever measures has to be allowed to publish and subscribe \"" + prefix + "/#\"")
                    .orElseGet(() -> new CommandProblem(1, said));
        } catch (TimeoutException unreachable) {
            throw new CommandProblem(
                    ExitCode.UNREACHABLE, "no answer from " + server.url() + ": " + unreachable.getMessage());
        } finally {
            progress.end();
        }
        var out = spec.commandLine().getOut();
        out.println(json ? report.toJson().encode() : report.table());
        out.flush();
        return 0;
    }

    /** A plain load takes as long as was asked for, and its warming up; of all else only what it does now is known. */
    private void show(Progress progress, String last) {
        if (ratios || ceilings || workers > 0) {
            progress.say(last);
        } else {
            progress.during(last, Duration.ofSeconds(warmUp + (seconds == null ? 10L : seconds)));
        }
    }

    private Report report(Consumer<String> said) throws Exception {
        if (!Files.isDirectory(dir)) {
            throw new CommandProblem(ExitCode.USAGE, dir + " is no directory (--dir)");
        }
        if (seconds != null && seconds < 1) {
            throw new CommandProblem(ExitCode.USAGE, "--seconds is a number from 1, not " + seconds);
        }
        if (ceilings) {
            return Ceilings.run(CeilingsConfig.defaults(dir), said);
        }
        if (ratios) {
            return Ratios.run(
                    new RatiosConfig(
                            load(Duration.ofSeconds(3)),
                            dir,
                            Duration.ofSeconds(seconds == null ? 3 : seconds),
                            rounds,
                            64,
                            List.of(1, 100, 1000),
                            true),
                    said);
        }
        if (workers > 0) {
            return Work.run(
                    WorkConfig.defaults(server.url())
                            .withToken(secret())
                            .withAuthority(server.authority().orElse(""))
                            .withWorkers(workers, credit)
                            .withBacklog(backlog)
                            .withBytes(size)
                            .withRate(rate),
                    said);
        }
        return Load.run(load(Duration.ofSeconds(seconds == null ? 10 : seconds)), said);
    }

    /** Empty when nothing says who asks. */
    private String secret() {
        return server.shown().map(Token.Shown::secret).orElse("");
    }

    private LoadConfig load(Duration time) {
        LoadConfig.Door through;
        String named = door != null ? door : ratios ? "ws" : "client";
        try {
            through = LoadConfig.Door.valueOf(named.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new CommandProblem(ExitCode.USAGE, "--door is ws, client, http or tcp, not " + door);
        }
        int together = batch > 0 ? Math.min(batch, window) : through == LoadConfig.Door.HTTP ? 1 : Math.min(64, window);
        return LoadConfig.defaults(server.url())
                .withToken(secret())
                .withAuthority(server.authority().orElse(""))
                .withTcpPort(tcpPort)
                .withDoor(through, publishers, window, together)
                .withBytes(size)
                .withTopics(prefix, topics)
                .withSubscribers(subscribers, 0)
                .withRate(rate)
                .withTimes(Duration.ofSeconds(warmUp), time);
    }
}
