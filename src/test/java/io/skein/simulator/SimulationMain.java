package io.skein.simulator;

import java.lang.management.ManagementFactory;

/** The long run: {@code SEEDS STEPS FIRST_SEED}, until the first failure. */
public final class SimulationMain {
    private final long began = System.nanoTime();
    private long seeds;
    private long steps;
    private long acknowledged;
    private long crashes;
    private long elections;
    private long installs;
    private long reads;
    private long amnesiacs;
    private long corrupt;
    private long lent;
    private long buried;
    private long followed;
    private long mails;

    private SimulationMain() {}

    public static void main(String[] arguments) {
        long seeds = arguments.length > 0 ? Long.parseLong(arguments[0]) : 30_000;
        int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3000;
        long first = arguments.length > 2 ? Long.parseLong(arguments[2]) : 1;
        SimulationMain soak = new SimulationMain();
        for (long seed = first; seed < first + seeds; seed++) {
            soak.run(seed, steps);
            if ((seed - first + 1) % 1000 == 0 || seed == first + seeds - 1) {
                soak.report();
            }
        }
    }

    private void run(long seed, int of) {
        Simulation simulation = new Simulation(seed);
        try {
            simulation.run(of);
        } catch (AssertionError | RuntimeException failure) {
            simulation.lastEvents().forEach(System.out::println);
            System.out.println(simulation.options());
            System.out.println("seed " + seed + " with " + of + " steps fails: " + failure);
            failure.printStackTrace(System.out);
            System.exit(1);
        }
        seeds++;
        steps += of;
        acknowledged += simulation.acknowledged();
        crashes += simulation.crashes();
        elections += simulation.history().elections();
        installs += simulation.installs();
        reads += simulation.reads();
        amnesiacs += simulation.amnesiacs();
        corrupt += simulation.corrupt();
        lent += simulation.custody().lent();
        buried += simulation.custody().buried();
        followed += simulation.followed();
        mails += simulation.people().sent();
    }

    private void report() {
        double seconds = (System.nanoTime() - began) / 1e9;
        double busy = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
        System.out.printf(
                "%d seeds, %d steps in %.1f s (%.0f steps/s; %.0f steps/s of processor time), %d messages published,"
                        + " %d handed out, %d dead letters, %d followed, %d mails, %d reads, %d crashes, %d elections, %d snapshots installed, %d nodes that forgot and"
                        + " %d that differ found, no violation%n",
                seeds,
                steps,
                seconds,
                steps / seconds,
                steps / busy,
                acknowledged,
                lent,
                buried,
                followed,
                mails,
                reads,
                crashes,
                elections,
                installs,
                amnesiacs,
                corrupt);
    }
}
