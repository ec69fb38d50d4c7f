package io.skein.cli;

import io.skein.frame.Durations;
import io.skein.frame.Malformed;
import io.skein.node.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Stack;
import java.util.function.ToIntFunction;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --watch [EVERY]}: what a command shows is shown again and again, on a terminal in the same place. */
final class Watch {
    private static final String USUAL = "2s";
    private static final long LEAST_MS = 100;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--watch",
            arity = "0..1",
            paramLabel = "EVERY",
            parameterConsumer = Every.class,
            description = "shows it again and again, until Ctrl+C (every 2s)")
    private String every;

    /** What follows is how often, when it looks like a time; else it is something else. */
    static final class Every implements IParameterConsumer {
        @Override
        public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
            boolean isTime = !words.isEmpty() && words.peek().matches("\\d+(\\.\\d+)?(ms|s|m|h)");
            option.setValue(isTime ? words.pop() : USUAL);
        }
    }

    /** Once, or on and on. */
    int show(PrintWriter out, boolean json, ToIntFunction<PrintWriter> frame) {
        if (every == null) {
            int exitCode = frame.applyAsInt(out);
            out.flush();
            return exitCode;
        }
        Duration pause = pause(every);
        boolean inPlace = !json && Terminal.isThere();
        int before = 0;
        boolean wasSilent = false;
        while (true) {
            Frame seen = text(frame, json);
            String text = seen.text();
            if (json && !seen.silence().isEmpty() && !wasSilent) {
                PrintWriter err = spec.commandLine().getErr();
                err.println(seen.silence());
                err.flush();
            }
            wasSilent = !seen.silence().isEmpty();
            if (inPlace) {
                before = redraw(out, text, before);
            } else {
                if (!json) {
                    out.println("--- " + Readable.text(System.currentTimeMillis()));
                }
                out.print(text);
            }
            if (Terminal.isUnread(out)) {
                return 0;
            }
            Pause.of(pause);
        }
    }

    private static Duration pause(String every) {
        try {
            long ms = Durations.parseMs(every);
            if (ms >= LEAST_MS) {
                return Duration.ofMillis(ms);
            }
        } catch (Malformed noTime) {
            throw new CommandProblem(ExitCode.USAGE, "--watch: " + noTime.getMessage());
        }
        throw new CommandProblem(ExitCode.USAGE, "--watch is at least " + LEAST_MS + "ms, not " + every);
    }

    /** @param silence what is said of a node that does not answer; empty: it does */
    private record Frame(String text, String silence) {}

    /** A node that is away for a while ends nothing: who watches wants to see it come back. */
    private static Frame text(ToIntFunction<PrintWriter> frame, boolean json) {
        StringWriter text = new StringWriter();
        try (PrintWriter into = new PrintWriter(text)) {
            frame.applyAsInt(into);
        } catch (CommandProblem problem) {
            if (problem.exitCode() != ExitCode.UNREACHABLE) {
                throw problem;
            }
            String silence = "skein: " + problem.getMessage();
            return new Frame(json ? "" : silence + System.lineSeparator(), silence);
        }
        return new Frame(text.toString(), "");
    }

    /**
     * Over the frame before, so that nothing flickers.
     *
     * @param before lines of that
     * @return lines of this
     */
    private static int redraw(PrintWriter out, String text, int before) {
        Terminal.Size size = Terminal.size();
        int most = size.rows() - 1;
        List<String> lines = text.lines().toList();
        List<String> shown = lines.size() <= most ? lines : lines.subList(0, most - 1);
        StringBuilder frame = new StringBuilder(before == 0 ? "" : "\u001b[" + before + "F");
        shown.forEach(line -> frame.append(Terminal.fitting(line, size.columns()))
                .append(Terminal.TO_LINE_END)
                .append('\n'));
        int more = lines.size() - shown.size();
        if (more > 0) {
            frame.append("and ")
                    .append(more)
                    .append(" more lines")
                    .append(Terminal.TO_LINE_END)
                    .append('\n');
        }
        out.print(frame.append(Terminal.TO_SCREEN_END));
        out.flush();
        return shown.size() + (more > 0 ? 1 : 0);
    }
}
