package io.skein.cli;

import java.io.PrintWriter;

/** One line on a terminal that is written again and again. */
class Progress {
    static final Progress NONE = new Progress(null) {
        @Override
        void say(String what) {}

        @Override
        void end() {}
    };

    private static final long EVERY_NANOS = 200_000_000;
    private static final String ERASE = "\r\u001b[K";

    private final PrintWriter terminal;
    private long saidNanos = System.nanoTime() - EVERY_NANOS;

    Progress(PrintWriter terminal) {
        this.terminal = terminal;
    }

    void say(String what) {
        long now = System.nanoTime();
        if (now - saidNanos >= EVERY_NANOS) {
            saidNanos = now;
            terminal.print(ERASE + what);
            terminal.flush();
        }
    }

    /** The line is gone. */
    void end() {
        terminal.print(ERASE);
        terminal.flush();
    }
}
