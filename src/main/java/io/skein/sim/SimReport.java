package io.skein.sim;

import io.skein.broker.NodeStatus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Where a simulated cluster stands: what {@code GET /v1/sim} answers.
 *
 * @param time epoch milliseconds
 * @param aheadMs how far the clock was moved, all in all
 * @param nextDue when something falls due next, as the leader has it; empty: nothing does, or nobody leads
 */
record SimReport(
        long seed,
        long time,
        long aheadMs,
        Optional<String> leader,
        OptionalLong nextDue,
        List<One> nodes,
        Set<Links.Direction> cuts,
        Map<Links.Direction, Long> delays) {
    /** One node. */
    record One(
            String id,
            SimNode.State state,
            String url,
            Optional<NodeStatus> status,
            long slowDiskMs,
            boolean isDiskFull,
            Optional<String> broken) {
        static One of(SimNode node) {
            boolean speaks = node.state() == SimNode.State.RUNNING;
            return new One(
                    node.id(),
                    node.state(),
                    node.url().toString(),
                    speaks ? node.status() : Optional.empty(),
                    node.disk().slowMs(),
                    node.disk().isFull(),
                    Optional.ofNullable(node.broken()).map(String::valueOf));
        }

        JsonObject json() {
            JsonObject json = new JsonObject()
                    .put("id", id)
                    .put("state", state.name().toLowerCase(Locale.ROOT))
                    .put("url", url);
            status.ifPresent(now -> json.put("role", now.role().name().toLowerCase(Locale.ROOT))
                    .put("term", now.term())
                    .put("applied", now.appliedIndex())
                    .put("health", now.health()));
            broken.ifPresent(why -> json.put("broken", why));
            return json;
        }
    }

    JsonObject json() {
        JsonArray all = new JsonArray();
        nodes.forEach(node -> all.add(node.json()));
        JsonObject json = new JsonObject()
                .put("seed", seed)
                .put("time", time)
                .put("aheadMs", aheadMs)
                .put("leader", leader.orElse(null))
                .put("nodes", all)
                .put("faults", faults());
        json.put(
                "next",
                nextDue.isPresent()
                        ? new JsonObject()
                                .put("time", nextDue.getAsLong())
                                .put("inMs", Math.max(0, nextDue.getAsLong() - time))
                        : null);
        return json;
    }

    private JsonArray faults() {
        List<JsonObject> faults = new ArrayList<>();
        for (One node : nodes) {
            if (node.state() != SimNode.State.RUNNING) {
                faults.add(of(node.state().name().toLowerCase(Locale.ROOT)).put("node", node.id()));
            }
            if (node.slowDiskMs() > 0) {
                faults.add(of("slow-disk").put("node", node.id()).put("delayMs", node.slowDiskMs()));
            }
            if (node.isDiskFull()) {
                faults.add(of("full-disk").put("node", node.id()));
            }
        }
        cuts.stream()
                .sorted()
                .forEach(link -> faults.add(of("cut").put("from", link.from()).put("to", link.to())));
        delays.forEach((link, ms) -> faults.add(
                of("delay").put("from", link.from()).put("to", link.to()).put("delayMs", ms)));
        JsonArray all = new JsonArray();
        faults.forEach(all::add);
        return all;
    }

    private static JsonObject of(String kind) {
        return new JsonObject().put("kind", kind);
    }

    static List<One> of(Collection<SimNode> nodes) {
        return nodes.stream().map(One::of).toList();
    }
}
