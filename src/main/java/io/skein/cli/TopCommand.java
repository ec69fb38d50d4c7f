package io.skein.cli;

import io.skein.frame.Durations;
import io.skein.node.ExitCode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A live cluster in the terminal. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows a live cluster: its nodes, rates, latency, topics by rate, subscriptions by lag.",
            "Goes on with another node when the one that it asks is gone. Without a terminal, and with --once, it prints one"
                    + " frame."
        },
        footer = {
            "",
            "Keys: q ends, Tab and left/right change the list, up/down move, s sorts by",
            "something else, p pauses, + and - change how often it asks.",
            "Rates of publishing and delivering, and latency, come from the nodes' /metrics: with",
            "--auth they are shown to whoever is known there. Latency is that of publishes, told by",
            "histogram buckets. Ctrl+C ends it like q, with exit code 0.",
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} top",
            "  ${ROOT-COMMAND-NAME} top --url n1.example:8080,n2.example:8080 --every 5s",
            "  ${ROOT-COMMAND-NAME} top --once --json"
        })
final class TopCommand implements Callable<Integer> {
    private static final long LEAST_MS = 200;
    private static final long MOST_MS = 60_000;
    private static final Duration KEY = Duration.ofMillis(100);
    /** Two moments make a rate. */
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    /** A window that was drawn larger is noticed as soon. */
    private static final long LOOK_NANOS = 500_000_000;

    private static final int LONG = 40;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Option(names = "--every", paramLabel = "TIME", description = "asks so often, 200ms to 60s (default: 1s)")
    private String every = "1s";

    @Option(names = "--once", description = "prints one frame and ends")
    private boolean once;

    @Option(names = "--json", description = "one frame as one JSON line")
    private boolean json;

    private long everyMs;
    private Api api;
    /** What was heard before. */
    private volatile TopFigures last;

    /** Whose figures were taken. */
    private Future<TopFigures> shown;

    @Override
    public Integer call() throws InterruptedException {
        everyMs = Words.ms("--every", every);
        if (everyMs < LEAST_MS || everyMs > MOST_MS) {
            throw new CommandProblem(ExitCode.USAGE, "--every is 200ms to 60s, not " + every);
        }
        api = new Api(server).brisk(TopFigures.A_MOMENT);
        PrintWriter out = spec.commandLine().getOut();
        Optional<RawTerminal> terminal = once || json ? Optional.empty() : RawTerminal.open(out);
        TopScreen screen = new TopScreen();
        if (terminal.isEmpty()) {
            return frame(out, screen);
        }
        try (RawTerminal whole = terminal.get()) {
            live(whole, screen);
        }
        return 0;
    }

    private int frame(PrintWriter out, TopScreen screen) {
        screen.take(asked());
        Pause.of(BETWEEN);
        screen.take(asked());
        if (json) {
            out.println(screen.json().encode());
        } else {
            int columns = Terminal.columns();
            screen.lines(new Terminal.Size(columns, LONG), "", false).forEach(out::println);
        }
        out.flush();
        return 0;
    }

    /** What all say; whoever is found on the way is asked when the others are gone. */
    private TopFigures asked() {
        TopFigures figures = TopFigures.ask(api, Optional.ofNullable(last));
        last = figures;
        api.know(figures.addresses());
        return figures;
    }

    private void live(RawTerminal terminal, TopScreen screen) throws InterruptedException {
        ExecutorService asking = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "top-asking");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Future<TopFigures> answer = asking.submit(this::asked);
            long askedNanos = System.nanoTime();
            Terminal.Size size = Terminal.size();
            long sizedNanos = System.nanoTime();
            boolean isNew = true;
            while (true) {
                long sinceMs = (System.nanoTime() - askedNanos) / 1_000_000;
                if (answer.isDone()) {
                    isNew |= heard(answer, screen);
                    if (sinceMs >= everyMs) {
                        answer = asking.submit(this::asked);
                        askedNanos = System.nanoTime();
                    }
                }
                if (System.nanoTime() - sizedNanos >= LOOK_NANOS) {
                    Terminal.Size drawn = Terminal.size();
                    isNew |= !drawn.equals(size);
                    size = drawn;
                    sizedNanos = System.nanoTime();
                }
                if (isNew) {
                    terminal.draw(screen.lines(size, Durations.text(everyMs), true), size);
                }
                Optional<RawTerminal.Press> key = terminal.key(KEY);
                if (key.isPresent() && !pressed(key.get(), screen)) {
                    return;
                }
                isNew = key.isPresent();
            }
        } finally {
            asking.shutdownNow();
        }
    }

    /** @return whether there is something new */
    private boolean heard(Future<TopFigures> answer, TopScreen screen) throws InterruptedException {
        if (answer == shown) {
            return false;
        }
        shown = answer;
        try {
            screen.take(answer.get());
        } catch (ExecutionException failed) {
            boolean isUsage = failed.getCause() instanceof CommandProblem problem
                    && (problem.exitCode() == ExitCode.USAGE || problem.exitCode() == ExitCode.DENIED);
            if (isUsage) {
                throw (CommandProblem) failed.getCause();
            }
            screen.fail(String.valueOf(failed.getCause().getMessage()));
        }
        return true;
    }

    /** @return false: it ends */
    private boolean pressed(RawTerminal.Press key, TopScreen screen) {
        if (key.is('q') || key.is('Q') || key.is(RawTerminal.Key.END)) {
            return false;
        }
        if (!screen.hasFigures()) {
            return true;
        }
        if (key.is('s')) {
            screen.sort();
        } else if (key.is('p') || key.is(' ')) {
            screen.pause();
        } else if (key.is('+')) {
            everyMs = Math.max(LEAST_MS, everyMs / 2);
        } else if (key.is('-')) {
            everyMs = Math.min(MOST_MS, everyMs * 2);
        } else if (key.key() != null) {
            switch (key.key()) {
                case TAB, BACK_TAB, LEFT, RIGHT -> screen.otherList();
                case UP -> screen.move(-1);
                case DOWN -> screen.move(1);
                default -> {
                    // It means nothing here.
                }
            }
        }
        return true;
    }
}
