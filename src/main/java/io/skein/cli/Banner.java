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
        return config.join() ? "Waits to be added to a cluster (--join; skein members add)" : "One node, quorum of one";
    }

    private String askedForWhat() {
        if (config.gate().locked()) {
            return "whoever asks shows a token (--auth)";
        }
        return config.isWide() ? "nobody is asked who it is (--insecure)" : "no login";
    }

    /** The first admin's token: there is no other time to see it. */
    static void print(PrintWriter out, String adminToken) {
        out.println("The token of the account \"admin\", which may everything. It is shown this once:");
        out.println();
        out.println("  export SKEIN_TOKEN=" + adminToken);
        out.println("  " + Program.line("users create NAME"));
        out.println();
        out.flush();
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
                "%s; %s (--host); %s.%n",
                cluster(),
                config.isWide() ? "open to the network at " + config.host() : "this machine only",
                askedForWhat());
        if (config.durability() == Durability.RELAXED) {
            out.println("RELAXED: acknowledged before the disk has it; a loss of power may lose it (--durability).");
        } else {
            out.println("What is acknowledged is on the disk (--durability).");
        }
        out.println();
        String shows = config.gate().locked() ? " -H \"Authorization: Bearer $SKEIN_TOKEN\"" : "";
        out.printf("  publish   %s -d 'hello' %s/t/greetings%s%n", curl, base, shows);
        out.printf("  read      %s '%s/t/greetings?from=earliest'%s%n", curl, base, shows);
        out.printf("  follow    %s -N '%s/t/greetings?follow'%s%n", curl, base, shows);
        out.printf("  look      %s://%s%n", tls ? "https" : "http", address);
        if (node.tcpPort() > 0) {
            out.printf("  tcp       %s:%d%s%n", host, node.tcpPort(), tls ? " (TLS)" : "");
        }
        out.println();
        out.flush();
    }
}
