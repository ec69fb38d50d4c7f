package io.skein.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Directed links between all nodes: each delays, loses, doubles, reorders, is cut one way or both, or clogged for a while. */
final class Network {
    private static final long NANOS_PER_MS = 1_000_000;
    /** On one link at one time; above it messages are lost. */
    private static final int MAX_IN_FLIGHT = 1_000;

    /** What is on its way for longer than this is remembered, so that it can be hurried. */
    private static final long LONG_NANOS = 200 * NANOS_PER_MS;
    /** After a heal everything that is on its way arrives within this. */
    static final long LATE_NANOS = 500 * NANOS_PER_MS;

    /** Something on its way, over a link that was clogged perhaps. */
    private final class Copy {
        final int link;
        final Runnable arrive;
        final Runnable lost;
        boolean arrived;

        Copy(int link, Runnable arrive, Runnable lost) {
            this.link = link;
            this.arrive = arrive;
            this.lost = lost;
        }

        void arrive() {
            if (!arrived) {
                arrived = true;
                inFlight[link]--;
                (cut[link] ? lost : arrive).run();
            }
        }
    }

    private static final Runnable NOTHING = () -> {};

    private final Agenda agenda;
    private final SplittableRandom random;
    private final int nodes;
    private Options.Links options;
    /** Of each link: how much of the delay and the loss there is on average, in percent. */
    private final int[] delays;

    private final int[] losses;
    private final boolean[] cut;
    private final long[] cloggedUntil;
    private final int[] inFlight;
    /** What will be on its way for long, those that arrived meanwhile among them. */
    private List<Copy> late = new ArrayList<>();

    private int manyLate = MAX_IN_FLIGHT;

    Network(Agenda agenda, SplittableRandom random, int nodes, Options.Links options) {
        this.agenda = agenda;
        this.random = random;
        this.nodes = nodes;
        this.options = options;
        this.delays = random.ints(nodes * nodes, 20, 300).toArray();
        this.losses = random.ints(nodes * nodes, 0, 200).toArray();
        this.cut = new boolean[nodes * nodes];
        this.cloggedUntil = new long[nodes * nodes];
        this.inFlight = new int[nodes * nodes];
    }

    /** Brings something over, perhaps, perhaps twice. */
    void send(int from, int to, Runnable arrive) {
        int link = from * nodes + to;
        if (isLost(link)) {
            return;
        }
        travel(link, delay(link), arrive, NOTHING);
        if (options.doubled() > 0 && random.nextInt(1000) < options.doubled()) {
            travel(link, delay(link), arrive, NOTHING);
            if (random.nextInt(64) == 0) {
                // And once more when everybody has gone on.
                travel(link, random.nextLong(60_000 * NANOS_PER_MS), arrive, NOTHING);
            }
        }
    }

    /** Something large that is either there in the end or known not to be. */
    void transfer(int from, int to, Runnable arrive, Runnable lost) {
        int link = from * nodes + to;
        long delay = delay(link) + random.nextLong(50 * NANOS_PER_MS);
        travel(link, delay, isLost(link) || isLost(link) ? lost : arrive, lost);
    }

    private void travel(int link, long nanos, Runnable arrive, Runnable lost) {
        inFlight[link]++;
        Copy copy = new Copy(link, arrive, lost);
        if (nanos > LONG_NANOS) {
            if (late.size() >= manyLate) {
                late.removeIf(other -> other.arrived);
                manyLate = late.size() + MAX_IN_FLIGHT;
            }
            late.add(copy);
        }
        agenda.after(nanos, copy::arrive);
    }

    private boolean isLost(int link) {
        return cut[link]
                || inFlight[link] >= MAX_IN_FLIGHT
                || options.lost() > 0 && random.nextInt(100_000) < options.lost() * losses[link];
    }

    private long delay(int link) {
        long delay = options.delayNanos() * delays[link] / 100 + random.nextLong(options.jitterNanos() + 1);
        if (options.reordered() > 0 && random.nextInt(1000) < options.reordered()) {
            delay += random.nextLong(500 * NANOS_PER_MS);
        }
        return Math.max(delay, cloggedUntil[link] - agenda.now());
    }

    /** Another way to be apart than before, or none. */
    void repartition() {
        Arrays.fill(cut, false);
        switch (random.nextInt(5)) {
            case 0 -> {}
            case 1 -> {
                // Two sides.
                int side = random.nextInt(1 << nodes);
                cutBetween(side, true);
            }
            case 2 -> cutBetween(1 << random.nextInt(nodes), true);
            case 3 -> cutBetween(1 << random.nextInt(nodes), false);
            default -> {
                for (int i = 0; i < cut.length; i++) {
                    cut[i] = random.nextInt(4) == 0;
                }
            }
        }
    }

    /** @param both else only from one side to the other */
    private void cutBetween(int side, boolean both) {
        boolean out = random.nextBoolean();
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                boolean fromIn = (side >> from & 1) == 1;
                boolean toIn = (side >> to & 1) == 1;
                cut[from * nodes + to] = fromIn != toIn && (both || fromIn == out);
            }
        }
    }

    /** These are apart from the others until the network is cut another way. */
    void isolate(int side) {
        Arrays.fill(cut, false);
        cutBetween(side, true);
    }

    /** No cuts, until the next. */
    void join() {
        Arrays.fill(cut, false);
    }

    /** What is sent to this node gets there after so long. */
    void clogTo(int node, long nanos) {
        for (int from = 0; from < nodes; from++) {
            cloggedUntil[from * nodes + node] = agenda.now() + nanos;
        }
    }

    void clog() {
        cloggedUntil[random.nextInt(cloggedUntil.length)] = agenda.now() + random.nextLong(5_000 * NANOS_PER_MS);
    }

    /** No faults any more: also what was late, doubled or held up comes soon, in any order, and never again. */
    void heal() {
        Arrays.fill(cut, false);
        Arrays.fill(cloggedUntil, 0);
        options = Options.Links.GOOD;
        for (Copy copy : late) {
            if (!copy.arrived) {
                agenda.after(1 + random.nextLong(LATE_NANOS), copy::arrive);
            }
        }
        late = new ArrayList<>();
    }
}
