package io.skein.cli;

import io.skein.node.Node;
import io.skein.node.NodeConfig;
import io.skein.store.StoreConfig.Durability;
import java.io.PrintWriter;

/** What a node says when it is up: what it is, and lines to copy. */
final class Banner {
    private final NodeConfig config;
    private final Node node;
    private final String version;

    Banner(NodeConfig config, Node node, String version) {
        this.config = config;
        this.node = node;
        this.version = version;
    }

    private String cluster() {
        if (!config.peers().isEmpty()) {
            return "One of a cluster of " + config.peers().size() + " (--peers)";
        }
        return config.join() ? "Waits to be added to a cluster (--join; skein member add)" : "One node, quorum of one";
    }

    void print(PrintWriter out) {
        boolean everywhere = config.host().equals("0.0.0.0") || config.host().equals("::");
        String host = everywhere || config.host().equals("127.0.0.1") ? "localhost" : config.host();
        boolean tls = config.tls().isPresent();
        String address = host + ":" + node.httpPort();
        String base = (tls ? "https://" : "") + address;
        String curl = tls ? "curl --cacert CA.pem" : "curl";
        out.printf("skein %s  node %s, data in %s%n", version, config.nodeId(), config.dataDir());
        out.printf(
                "%s; %s (--host); no login.%n",
                cluster(),
                config.host().startsWith("127.") || config.host().equals("localhost")
                        ? "this machine only"
                        : "open to the network at " + config.host());
        if (config.durability() == Durability.RELAXED) {
            out.println("RELAXED: acknowledged before the disk has it; a loss of power may lose it (--durability).");
        } else {
            out.println("What is acknowledged is on the disk (--durability).");
        }
        out.println();
        out.printf("  publish   %s -d 'hello' %s/t/greetings%n", curl, base);
        out.printf("  read      %s '%s/t/greetings?from=earliest'%n", curl, base);
        out.printf("  follow    %s -N '%s/t/greetings?follow'%n", curl, base);
        out.printf("  look      %s://%s%n", tls ? "https" : "http", address);
        if (node.tcpPort() > 0) {
            out.printf("  tcp       %s:%d%s%n", host, node.tcpPort(), tls ? " (TLS)" : "");
        }
        out.println();
        out.flush();
    }
}
