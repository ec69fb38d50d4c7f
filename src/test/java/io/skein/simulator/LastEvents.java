package io.skein.simulator;

import java.util.ArrayList;
import java.util.List;

/** The last things that happened, as numbers: they become text only when somebody must read them. */
final class LastEvents {
    private static final int KEPT = 256;

    enum What {
        STARTED("started, log to %d, rows to %d"),
        CAUGHT_UP("caught up at entry %d"),
        PROPOSED("proposed %d, first is %d"),
        SUBMITTED("batch %d submitted, log to %d, rows to %d"),
        WRITTEN("batch %d is durable, log to %d, rows to %d"),
        DISK_FULL("disk full at batch %d"),
        FULL_BEGINS("the disk is full for %d ms"),
        DELIVERED("entry %d delivered"),
        APPLIED("entry %d applied, stamp %d"),
        ANSWERED("proposal %d answered, entry %d"),
        ANSWER_IS_ROW("proposal %d: its answer is a row of entry %d"),
        REFUSED("proposal %d refused, reason %d"),
        FETCH("body at %d.%d wanted"),
        RELEASED("body at %d.%d brought"),
        WALL_JUMP("the wall clock jumps by %d ms"),
        PAUSE("the process stands still for %d ms"),
        TORN("the process dies after %d of %d effects"),
        DISK_ERROR("error at commit: the process exits, %d of the batch reached the disk"),
        CRASH("crash, %d of %d batches kept"),
        FAULTS_OFF("faults off");

        private final String format;

        What(String format) {
            this.format = format;
        }
    }

    private final What[] whats = new What[KEPT];
    private final long[] numbers = new long[KEPT * 3];
    private long count;

    void add(What what) {
        add(what, 0, 0, 0);
    }

    void add(What what, long a) {
        add(what, a, 0, 0);
    }

    void add(What what, long a, long b) {
        add(what, a, b, 0);
    }

    void add(What what, long a, long b, long c) {
        int slot = (int) (count++ % KEPT);
        whats[slot] = what;
        numbers[3 * slot] = a;
        numbers[3 * slot + 1] = b;
        numbers[3 * slot + 2] = c;
    }

    /** Oldest first. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (long i = Math.max(0, count - KEPT); i < count; i++) {
            int slot = (int) (i % KEPT);
            lines.add(i + " "
                    + String.format(
                            whats[slot].format, numbers[3 * slot], numbers[3 * slot + 1], numbers[3 * slot + 2]));
        }
        return lines;
    }
}
