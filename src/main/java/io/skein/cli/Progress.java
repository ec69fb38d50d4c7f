package io.skein.cli;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * How far long work is: on a terminal one line that is written again and again, with a bar, the rate and the time that is
 * left; elsewhere a plain line now and then, none when the work is short.
 */
class Progress {
    static final Progress NONE = new Progress(null, false) {
        @Override
        void say(String what) {}

        @Override
        void end() {}
    };

    private static final long EVERY_NANOS = 200_000_000;
    /** Between plain lines: what is done sooner is not worth one. */
    private static final long PLAIN_NANOS = 10_000_000_000L;

    private static final long NANOS = 1_000_000_000;
    private static final int BAR = 24;
    private static final String ERASE = "\r" + Terminal.TO_LINE_END;

    private final PrintWriter out;
    private final boolean isTerminal;
    private final long begunNanos = System.nanoTime();
    private long saidNanos;
    private boolean isOver;

    Progress(PrintWriter out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.saidNanos = isTerminal ? begunNanos - EVERY_NANOS : begunNanos;
    }

    /** Only somebody who looks is shown a bar; who reads JSON is told nothing. */
    static Progress of(PrintWriter err, boolean json) {
        return json ? NONE : new Progress(err, Terminal.isThere());
    }

    /** Work of which nobody knows how much there is. */
    synchronized void say(String what) {
        long now = System.nanoTime();
        if (isOver || now - saidNanos < (isTerminal ? EVERY_NANOS : PLAIN_NANOS)) {
            return;
        }
        saidNanos = now;
        String after = time((now - begunNanos) / NANOS);
        if (isTerminal) {
            out.print(ERASE
                    + Terminal.fitting(what + "  " + after, Terminal.size().columns() - 1));
        } else {
            out.println(what + ", for " + after);
        }
        out.flush();
    }

    /** @param whole bytes; more than 0 */
    void at(String what, long done, long whole) {
        say(what + "  " + line(done, whole, System.nanoTime() - begunNanos, isTerminal));
    }

    static String line(long done, long whole, long nanos, boolean withBar) {
        double part = Math.min(1, (double) done / Math.max(1, whole));
        double perSecond = done * (double) NANOS / Math.max(1, nanos);
        int filled = (int) (part * BAR);
        String bar = withBar ? "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] " : "";
        String left = perSecond > 0 ? ", " + time((long) ((whole - done) / perSecond)) + " left" : "";
        return String.format(
                Locale.ROOT,
                "%s%d %% of %s, %s/s%s",
                bar,
                (int) (part * 100),
                Readable.size(whole),
                Readable.size((long) perSecond),
                left);
    }

    private static String time(long seconds) {
        return Readable.ago(seconds * 1000);
    }

    /** The line is gone, and stays so. */
    synchronized void end() {
        isOver = true;
        if (isTerminal) {
            out.print(ERASE);
            out.flush();
        }
    }
}
