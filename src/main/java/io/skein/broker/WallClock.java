package io.skein.broker;

import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * What time it is for whoever talks with this node: what its doors and its hall ask in place of the machine's clock, so that
 * a simulated cluster can have another time than its machine. What is decided in the log is not its matter (DESIGN D5).
 * From any thread.
 */
public interface WallClock {
    WallClock SYSTEM = new WallClock() {
        @Override
        public long millis() {
            return System.currentTimeMillis();
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public Runnable at(Context context, long epochMs, Runnable then) {
            long timer = context.owner().setTimer(Math.max(1, epochMs - millis()), id -> {
                if (context == Vertx.currentContext()) {
                    then.run();
                } else {
                    context.runOnContext(v -> then.run());
                }
            });
            return () -> context.owner().cancelTimer(timer);
        }
    };

    /** Epoch milliseconds. */
    long millis();

    /** Only differences mean something; they never go back. What is measured with it is time as clients live through it. */
    long nanos();

    /**
     * Runs something once it is that late, on the given context; also when it is already.
     *
     * @return takes it back; from any thread, also when it has run
     */
    Runnable at(Context context, long epochMs, Runnable then);
}
