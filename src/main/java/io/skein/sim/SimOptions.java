package io.skein.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a simulated cluster is to be.
 *
 * @param nodes 1 to 9, called {@code n1} and on
 * @param seed decides what can be decided: who leads first, election timeouts, the plan of {@code --faults}
 * @param httpPort of {@code n1}, the others' follow; 0: whichever are free
 * @param settings of all nodes, as flags of {@code skein serve} without their dashes, for example {@code max-message} or
 *     {@code auth}
 * @param console whether nodes have the pages to look at, which take a moment to load
 * @param environment variables {@code SKEIN_*}, which count where no setting does
 */
public record SimOptions(
        int nodes,
        long seed,
        int httpPort,
        boolean console,
        Map<String, String> settings,
        Map<String, String> environment) {
    /** A leader is missed that soon, so that tests of failover need not wait for long. */
    private static final Map<String, String> QUICK = Map.of("heartbeat", "30ms", "election-timeout", "200ms");

    /** Of a node, in its settings. */
    static final String ADMIN_TOKEN = "admin-token";

    public static final int MAX_NODES = 9;

    /** @throws IllegalArgumentException with a sentence */
    public SimOptions {
        if (nodes < 1 || nodes > MAX_NODES) {
            throw new IllegalArgumentException("a simulated cluster has 1 to " + MAX_NODES + " nodes, not " + nodes);
        }
        settings = Map.copyOf(settings);
        environment = Map.copyOf(environment);
    }

    /** On free ports, as nodes are without settings, whatever the environment says. */
    public static SimOptions of(int nodes, long seed) {
        return new SimOptions(nodes, seed, 0, false, Map.of(), Map.of());
    }

    /** HTTP at this port and those that follow. */
    public SimOptions at(int port) {
        return new SimOptions(nodes, seed, port, console, settings, environment);
    }

    /** Nodes with the console and the chat at {@code /} and {@code /chat}. */
    public SimOptions withConsole() {
        return new SimOptions(nodes, seed, httpPort, true, settings, environment);
    }

    /** @param key for example {@code auth}, of {@code --auth true} */
    public SimOptions with(String key, String value) {
        Map<String, String> more = new HashMap<>(settings);
        more.put(key, value);
        return new SimOptions(nodes, seed, httpPort, console, more, environment);
    }

    /** Of a node, without its id, its ports and its peers. Commits wait for no disk: nothing here outlives the process. */
    Map<String, String> flags() {
        Map<String, String> flags = new HashMap<>(Map.of("durability", "relaxed", "tcp-port", "0", "raft-port", "0"));
        QUICK.forEach((key, value) -> {
            if (!environment.containsKey("SKEIN_" + key.replace('-', '_').toUpperCase(java.util.Locale.ROOT))) {
                flags.put(key, value);
            }
        });
        flags.putAll(settings);
        return flags;
    }

    /** What the admin of a cluster with {@code auth} shows; empty for one that asks nobody. */
    Optional<String> adminToken() {
        String auth = settings.getOrDefault("auth", environment.getOrDefault("SKEIN_AUTH", "false"));
        return auth.equals("true") || auth.isEmpty()
                ? Optional.of(settings.getOrDefault(
                        ADMIN_TOKEN, environment.getOrDefault("SKEIN_ADMIN_TOKEN", Sim.USUAL_ADMIN_TOKEN)))
                : Optional.empty();
    }
}
