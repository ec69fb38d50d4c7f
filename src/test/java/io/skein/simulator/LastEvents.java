package io.skein.simulator;

import java.util.ArrayList;
import java.util.List;

/** The last things that happened ({@code -Dskein.events} for more), as numbers: text only when somebody must read them. */
final class LastEvents {
    private static final int KEPT = Integer.getInteger("skein.events", 512);

    enum What {
        STARTED("started, log to %d, rows to %d"),
        CAUGHT_UP("caught up at entry %d"),
        ROLE("role %d in term %d"),
        RAISES("writes feature level %d"),
        MEMBERS("members as of entry %d, %d of them"),
        RECONFIGURED("members as of entry %d are committed"),
        PROPOSED("proposed %d, first is %d"),
        SUBMITTED("batch %d submitted, log to %d, rows to %d"),
        WRITTEN("batch %d is durable, log to %d, rows to %d"),
        DISK_FULL("disk full at batch %d"),
        FULL_BEGINS("the disk is full for %d ms"),
        APPLIED("entry %d applied, stamp %d"),
        ANSWERED("proposal %d answered, entry %d"),
        ANSWER_IS_ROW("proposal %d: its answer is a row of entry %d"),
        REFUSED("proposal %d refused, reason %d"),
        FORGOTTEN("proposal %d: nobody will say what became of it"),
        TIMED_OUT("proposal %d: its client waits no longer"),
        FETCH("body at %d.%d wanted"),
        RELEASED("body at %d.%d brought"),
        SNAPSHOT("snapshot of %d for node %d"),
        INSTALLED("snapshot of %d, term %d, installed"),
        ADDS("member n%d is added, voter if %d"),
        REMOVES("member n%d is removed"),
        TRANSFERS("leadership to n%d"),
        WIPED("wiped, was incarnation %d"),
        LOST_TAIL("the disk lost %d batches, log to %d; noticed: %d"),
        ROTS("bits rot, damage %d"),
        CALLED("its leader calls it amnesiac, or corrupt: %d"),
        TORN_INSTALL("the process dies while it installs a snapshot; it counts: %d"),
        TIGHT("little room on the disk for %d ms"),
        WALL_JUMP("the wall clock jumps by %d ms"),
        SUSPEND("all machines sleep for %d ms"),
        PAUSE("the process stands still for %d ms"),
        PARTITION("the network is cut another way"),
        ISLAND("n%d leads, with a minority and apart from the others"),
        POWER("the power fails"),
        TORN("the process dies after %d of %d effects"),
        DISK_ERROR("error at commit: the process exits"),
        CRASH("crash, %d of %d batches kept"),
        FAULTS_OFF("faults off");

        private final String format;

        What(String format) {
            this.format = format;
        }
    }

    private static final int NUMBERS = 5;

    private final What[] whats = new What[KEPT];
    private final long[] numbers = new long[KEPT * NUMBERS];
    private long count;

    /** @param node from 1; 0 for none */
    void add(long ms, int node, What what, long... of) {
        int slot = (int) (count++ % KEPT);
        whats[slot] = what;
        int at = NUMBERS * slot;
        numbers[at] = ms;
        numbers[at + 1] = node;
        for (int i = 0; i < of.length; i++) {
            numbers[at + 2 + i] = of[i];
        }
    }

    /** Oldest first. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (long i = Math.max(0, count - KEPT); i < count; i++) {
            int slot = (int) (i % KEPT);
            int at = NUMBERS * slot;
            String node = numbers[at + 1] == 0 ? "" : " n" + numbers[at + 1] + ":";
            lines.add(numbers[at] + " ms" + node + " "
                    + String.format(whats[slot].format, numbers[at + 2], numbers[at + 3], numbers[at + 4]));
        }
        return lines;
    }
}
