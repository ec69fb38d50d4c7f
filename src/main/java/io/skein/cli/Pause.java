package io.skein.cli;

import io.skein.node.ExitCode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The time between two questions about the same thing: whoever asks again at once learns nothing new. */
final class Pause {
    private Pause() {}

    /** Returns when it is over. */
    static void of(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandProblem(ExitCode.NO, "interrupted");
        }
    }
}
