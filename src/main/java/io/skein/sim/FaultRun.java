package io.skein.sim;

import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out a {@link FaultPlan}, one fault after the other, until the cluster is closed. */
final class FaultRun {
    private static final Logger LOG = LoggerFactory.getLogger(FaultRun.class);

    private final Sim sim;
    private final FaultPlan plan;
    private final Hand hand;
    private final Consumer<String> said;

    /** @param said what is done, as a sentence */
    FaultRun(Sim sim, FaultPlan plan, Hand hand, Consumer<String> said) {
        this.sim = sim;
        this.plan = plan;
        this.hand = hand;
        this.said = said;
    }

    void next() {
        FaultPlan.Fault fault = plan.next();
        later(fault.afterMs(), () -> {
            said.accept(fault.said(sim.nodes()));
            begin(fault);
            later(fault.forMs(), () -> {
                end(fault);
                next();
            });
        });
    }

    private void later(long ms, Runnable task) {
        hand.later(ms, () -> {
            try {
                task.run();
            } catch (RuntimeException failed) {
                LOG.warn("the plan of faults ends here", failed);
            }
        });
    }

    private void begin(FaultPlan.Fault fault) {
        String node = sim.nodes().get(fault.node());
        Duration amount = Duration.ofMillis(fault.amountMs());
        switch (fault.kind()) {
            case KILL -> sim.kill(node);
            case PAUSE -> sim.pause(node);
            case ISOLATE -> sim.isolate(node);
            case DEAFEN -> sim.cut("*", node);
            case DELAY -> sim.delay(node, "*", amount);
            case SLOW_DISK -> sim.slowDisk(node, amount);
            case FULL_DISK -> sim.fullDisk(node, true);
        }
    }

    /** Of this fault alone: what somebody else asked for stays. */
    private void end(FaultPlan.Fault fault) {
        String node = sim.nodes().get(fault.node());
        switch (fault.kind()) {
            case KILL -> sim.start(node);
            case PAUSE -> sim.resume(node);
            case ISOLATE -> {
                sim.uncut(node, "*");
                sim.uncut("*", node);
            }
            case DEAFEN -> sim.uncut("*", node);
            case DELAY -> sim.delay(node, "*", Duration.ZERO);
            case SLOW_DISK -> sim.slowDisk(node, Duration.ZERO);
            case FULL_DISK -> sim.fullDisk(node, false);
        }
    }
}
