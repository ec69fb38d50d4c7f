package io.skein.cli;

import java.io.PrintWriter;
import java.time.Duration;
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
        void at(String what, long done, long whole) {}

        @Override
        void during(String what, Duration whole) {}

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
    /** Since when there is something to count; 0: not yet. */
    private long movingNanos;

    private boolean isOver;

    Progress(PrintWriter out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.saidNanos = isTerminal ? begunNanos - EVERY_NANOS : begunNanos;
    }

    /** Only somebody who looks is shown a bar; who reads JSON is told nothing. */
    static Progress of(PrintWriter err, boolean json) {
        return json ? NONE : new Progress(err, Terminal.isThereForErrors());
    }

    /** Work of which nobody knows how much there is. */
    void say(String what) {
        show(what + "  " + time((System.nanoTime() - begunNanos) / NANOS));
    }

    /** @param whole bytes */
    void at(String what, long done, long whole) {
        long now = System.nanoTime();
        if (movingNanos == 0) {
            movingNanos = now;
        }
        show(what + "  " + line(done, whole, now - movingNanos, isTerminal));
    }

    /**
     * Work that takes as long as was said.
     *
     * @param what else is to be seen; may be empty
     */
    void during(String what, Duration whole) {
        long nanos = System.nanoTime() - begunNanos;
        double part = Math.min(1, (double) nanos / Math.max(1, whole.toNanos()));
        long left = Math.max(0, whole.toNanos() - nanos) / NANOS;
        show((isTerminal ? bar(part) : "") + (int) (part * 100) + " %, " + time(left) + " left"
                + (what.isEmpty() ? "" : "  " + what));
    }

    private synchronized void show(String line) {
        long now = System.nanoTime();
        if (isOver || now - saidNanos < (isTerminal ? EVERY_NANOS : PLAIN_NANOS)) {
            return;
        }
        saidNanos = now;
        if (isTerminal) {
            out.print(ERASE + Terminal.fitting(line, Terminal.size().columns() - 1));
        } else {
            out.println(line);
        }
        out.flush();
    }

    static String line(long done, long whole, long nanos, boolean withBar) {
        double part = Math.min(1, (double) done / Math.max(1, whole));
        double perSecond = done * (double) NANOS / Math.max(1, nanos);
        String left = perSecond > 0 ? ", " + time((long) ((whole - done) / perSecond)) + " left" : "";
        return String.format(
                Locale.ROOT,
                "%s%d %% of %s, %s/s%s",
                withBar ? bar(part) : "",
                (int) (part * 100),
                Readable.size(whole),
                Readable.size((long) perSecond),
                left);
    }

    private static String bar(double part) {
        int filled = (int) (part * BAR);
        return "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] ";
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
