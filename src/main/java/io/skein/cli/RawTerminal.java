package io.skein.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The whole terminal: a screen beside the usual one, keys as they are pressed. However the process ends, short of kill -9,
 * the terminal is as it was before.
 */
final class RawTerminal implements AutoCloseable {
    /** Keys that are no character. */
    enum Key {
        UP,
        DOWN,
        LEFT,
        RIGHT,
        TAB,
        BACK_TAB,
        END
    }

    /** @param character 0: none */
    record Press(Key key, char character) {
        static Press of(Key key) {
            return new Press(key, (char) 0);
        }

        boolean is(Key other) {
            return key == other;
        }

        boolean is(char other) {
            return key == null && character == other;
        }
    }

    private static final int WAITING = 64;
    private static final int ESCAPE = 0x1b;
    private static final int CTRL_C = 3;
    private static final int CTRL_D = 4;
    /** The rest of what a key sends comes at once, also over a slow line. */
    private static final long REST_MS = 50;

    private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
    private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";

    private final PrintWriter out;
    private final String before;
    private final BlockingQueue<Integer> typed = new LinkedBlockingQueue<>(WAITING);
    private final Thread onSignal = new Thread(this::restore);
    private boolean isRestored;

    private RawTerminal(PrintWriter out, String before, InputStream in) {
        this.out = out;
        this.before = before;
        Runtime.getRuntime().addShutdownHook(onSignal);
        Terminal.stty("-icanon", "-echo", "-isig", "min", "1", "time", "0");
        out.print(ENTER);
        out.flush();
        Thread reader = new Thread(() -> read(in), "keys");
        reader.setDaemon(true);
        reader.start();
    }

    /** Empty where there is no terminal, or none that can be told to give keys. */
    static Optional<RawTerminal> open(PrintWriter out) {
        return Terminal.isThere()
                ? Terminal.stty("-g").map(before -> new RawTerminal(out, before, System.in))
                : Optional.empty();
    }

    private void read(InputStream in) {
        try {
            int next = in.read();
            while (next >= 0) {
                typed.put(next);
                next = in.read();
            }
            typed.put(CTRL_D);
        } catch (IOException | InterruptedException ended) {
            typed.offer(CTRL_D);
        }
    }

    /** The next key; empty when none is pressed within the time. */
    Optional<Press> key(Duration within) throws InterruptedException {
        Integer first = typed.poll(Math.max(0, within.toMillis()), TimeUnit.MILLISECONDS);
        if (first == null) {
            return Optional.empty();
        }
        return switch (first) {
            case CTRL_C, CTRL_D -> Optional.of(Press.of(Key.END));
            case (int) '\t' -> Optional.of(Press.of(Key.TAB));
            case ESCAPE -> escaped();
            default -> Optional.of(new Press(null, (char) first.intValue()));
        };
    }

    private Optional<Press> escaped() throws InterruptedException {
        Integer bracket = typed.poll(REST_MS, TimeUnit.MILLISECONDS);
        if (bracket == null || bracket != '[' && bracket != 'O') {
            return Optional.empty();
        }
        Integer last = typed.poll(REST_MS, TimeUnit.MILLISECONDS);
        while (last != null && last < '@') { // parameters of a longer one
            last = typed.poll(REST_MS, TimeUnit.MILLISECONDS);
        }
        if (last == null) {
            return Optional.empty();
        }
        return switch ((char) last.intValue()) {
            case 'A' -> Optional.of(Press.of(Key.UP));
            case 'B' -> Optional.of(Press.of(Key.DOWN));
            case 'C' -> Optional.of(Press.of(Key.RIGHT));
            case 'D' -> Optional.of(Press.of(Key.LEFT));
            case 'Z' -> Optional.of(Press.of(Key.BACK_TAB));
            default -> Optional.empty();
        };
    }

    /** Over what is there, so that nothing flickers; in one piece, also over a slow line. */
    void draw(List<String> lines, Terminal.Size size) {
        StringBuilder frame = new StringBuilder("\u001b[H");
        int rows = Math.min(lines.size(), size.rows());
        for (int i = 0; i < rows; i++) {
            frame.append(Terminal.fitting(lines.get(i), size.columns())).append(Terminal.TO_LINE_END);
            frame.append(i < rows - 1 ? "\r\n" : "");
        }
        out.print(frame.append(Terminal.TO_SCREEN_END));
        out.flush();
    }

    private synchronized void restore() {
        if (!isRestored) {
            isRestored = true;
            out.print(LEAVE);
            out.flush();
            Terminal.stty(before);
        }
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException ending) {
            // It runs already.
        }
    }
}
