package io.skein.simulator;

import java.lang.management.ManagementFactory;

/** The long run: {@code SEEDS STEPS FIRST_SEED}, until the first failure. */
public final class SimulationMain {
    private SimulationMain() {}

    public static void main(String[] arguments) {
        long seeds = arguments.length > 0 ? Long.parseLong(arguments[0]) : 30_000;
        int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3000;
        long first = arguments.length > 2 ? Long.parseLong(arguments[2]) : 1;
        long began = System.nanoTime();
        long acknowledged = 0;
        long crashes = 0;
        long installs = 0;
        long reads = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            Simulation simulation = new Simulation(seed);
            try {
                simulation.run(steps);
            } catch (AssertionError | RuntimeException failure) {
                simulation.lastEvents().forEach(System.out::println);
                System.out.println(simulation.options());
                System.out.println("seed " + seed + " with " + steps + " steps fails: " + failure);
                failure.printStackTrace(System.out);
                System.exit(1);
            }
            acknowledged += simulation.acknowledged();
            crashes += simulation.crashes();
            installs += simulation.installs();
            reads += simulation.reads();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        double busy = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
        System.out.printf(
                "%d seeds, %d steps in %.1f s (%.0f steps/s; %.0f steps/s of processor time), %d messages acknowledged,"
                        + " %d reads, %d crashes, %d snapshots installed, no violation%n",
                seeds,
                seeds * steps,
                seconds,
                seeds * steps / seconds,
                seeds * steps / busy,
                acknowledged,
                reads,
                crashes,
                installs);
    }
}
