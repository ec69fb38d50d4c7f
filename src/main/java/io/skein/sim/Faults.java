package io.skein.sim;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What goes wrong in a simulated cluster, on command: with its nodes, their disks and the links between them. On its {@link Hand}. */
final class Faults {
    private final SimCluster cluster;
    private final Network network;

    Faults(SimCluster cluster, Network network) {
        this.cluster = cluster;
        this.network = network;
    }

    void kill(String node) {
        cluster.node(node).kill();
    }

    void start(String node) {
        cluster.restart(cluster.node(node));
    }

    void pause(String node) {
        cluster.node(node).pause();
    }

    void resume(String node) {
        cluster.node(node).resume();
    }

    /**
     * @param from and to: {@code *} for all
     * @param cut empty: as it is; so is the delay
     */
    void link(String from, String to, Optional<Boolean> cut, OptionalLong delayMs) {
        for (String one : named(from)) {
            for (String other : named(to)) {
                if (!one.equals(other)) {
                    Links.Direction direction = new Links.Direction(one, other);
                    cut.ifPresent(isCut -> network.run(links -> links.cut(direction, isCut)));
                    delayMs.ifPresent(ms -> network.run(links -> links.delay(direction, ms)));
                }
            }
        }
    }

    private List<String> named(String node) {
        return node.equals("*") ? cluster.ids() : List.of(cluster.node(node).id());
    }

    void isolate(String node) {
        cluster.node(node);
        link(node, "*", Optional.of(true), OptionalLong.empty());
        link("*", node, Optional.of(true), OptionalLong.empty());
    }

    void slowDisk(String node, long ms) {
        cluster.node(node).disk().slow(ms);
    }

    void fullDisk(String node, boolean isFull) {
        cluster.node(node).disk().full(isFull);
    }

    /** Ends every one; returns when the whole cluster serves again. */
    void heal() {
        network.run(Links::heal);
        for (SimNode node : cluster.nodes()) {
            node.disk().slow(0);
            node.disk().full(false);
            node.resume();
        }
        cluster.restart();
    }
}
