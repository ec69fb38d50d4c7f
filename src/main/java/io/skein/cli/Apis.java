package io.skein.cli;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Nodes that are asked each by itself, again and again: each by the same {@link Api}, with its threads and connections. */
final class Apis {
    private final Map<String, Api> byUrl = new ConcurrentHashMap<>();
    private final Function<String, Server> servers;

    /** @param servers who asks at such an address, and whom that one believes */
    Apis(Function<String, Server> servers) {
        this.servers = servers;
    }

    /** @param address of a node's HTTP door, with {@code http://} or without */
    Api at(String address) {
        Server server = servers.apply(address);
        return byUrl.computeIfAbsent(server.url(), url -> new Api(server));
    }
}
