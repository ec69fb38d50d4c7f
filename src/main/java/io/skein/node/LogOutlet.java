package io.skein.node;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Writes lines on a thread of its own, so that nobody who logs waits for whoever reads: standard error may be a pipe that
 * is full. What waits is bounded; above it lines are dropped, and the next that is written says how many.
 */
final class LogOutlet {
    /** Bytes that wait at most. */
    static final int MAX_WAITING = 1 << 20;

    private final OutputStream out;
    private final LongFunction<String> loss;
    private final int maxWaiting;
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private long dropped;
    private boolean writing;
    private Thread writer;

    /** @param loss a line that says how many were dropped */
    LogOutlet(OutputStream out, LongFunction<String> loss) {
        this(out, loss, MAX_WAITING);
    }

    LogOutlet(OutputStream out, LongFunction<String> loss, int maxWaiting) {
        this.out = out;
        this.loss = loss;
        this.maxWaiting = maxWaiting;
    }

    /** From any thread; waits for no other that writes. */
    void write(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            if (waitingBytes + bytes.length > maxWaiting) {
                dropped++;
            } else {
                waiting.add(bytes);
                waitingBytes += bytes.length;
            }
            if (writer == null) {
                begin();
            }
            notifyAll();
        }
    }

    private void begin() {
        writer = new Thread(null, this::run, "skein-log", 128 << 10);
        writer.setDaemon(true);
        writer.start();
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(500), "skein-log-end"));
        } catch (IllegalStateException alreadyEnding) {
            // Then whatever is written in time is written.
        }
    }

    private void run() {
        while (true) {
            try {
                write(next());
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException | Error aLine) {
                // It is lost; the next may do, and nobody else writes them.
                continue;
            }
        }
    }

    private synchronized byte[] next() throws InterruptedException {
        writing = false;
        notifyAll();
        while (waiting.isEmpty() && dropped == 0) {
            wait();
        }
        writing = true;
        byte[] line = waiting.poll();
        if (line == null) {
            // All that came before the loss is written.
            long lost = dropped;
            // Also when that cannot be said.
            dropped = 0;
            line = loss.apply(lost).getBytes(StandardCharsets.UTF_8);
        } else {
            waitingBytes -= line.length;
        }
        return line;
    }

    private void write(byte[] line) {
        try {
            out.write(line);
            out.flush();
        } catch (IOException nobodyReads) {
            synchronized (this) {
                // Nobody will; there is nobody to be told.
                dropped = 0;
            }
        }
    }

    /** Until all is written that was said so far, or for so long. */
    synchronized void drain(long ms) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        try {
            while (!waiting.isEmpty() || writing || dropped > 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (left <= 0) {
                    return;
                }
                wait(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
