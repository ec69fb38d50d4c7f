package io.skein.node;

import io.skein.cluster.PeerConfig;
import io.skein.cluster.PeerSecurity;
import io.skein.cluster.PeerTls;
import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this node shows its peers and asks of them, and whether they reach it at all. */
final class PeerAccess {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final Vertx vertx;
    private final NodeConfig config;
    private volatile Optional<CertificateWatch> certificates = Optional.empty();
    private volatile Optional<PeerTls> tls = Optional.empty();
    private volatile PeerConfig prepared;

    PeerAccess(Vertx vertx, NodeConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /** Fails with a {@link ConfigurationProblem} when they cannot serve. */
    Future<Void> readCertificates(long againMs) {
        return config.peerTls().map(files -> watch(files, againMs)).orElseGet(Future::succeededFuture);
    }

    /** Makes ready what proves the secret, which costs a moment of a processor. */
    Future<Void> prepare() {
        if (config.isRaftPortKept()) {
            LOG.info(
                    "port {} for peers (--raft-port) is open to this machine only, as there is no --peer-secret and no"
                            + " --peer-cert",
                    config.raftPort());
        }
        PeerSecurity security = PeerSecurity.NONE.withTls(() -> tls);
        return config.peerSecret()
                .map(secret -> vertx.executeBlocking(secret::derived).map(security::withSecret))
                .orElseGet(() -> Future.succeededFuture(security))
                .map(believed -> {
                    prepared = PeerConfig.of(
                                    config.nodeId(), config.raftHost(), config.raftPort(), config.publishTimeoutMs())
                            .withOverrides(config.peers())
                            .with(believed);
                    return null;
                });
    }

    private Future<Void> watch(CertificateFiles files, long readAgainMs) {
        return CertificateWatch.begin(vertx, files, readAgainMs, read -> {
                    tls = Optional.of(read.peers());
                    return Future.succeededFuture();
                })
                .map(watch -> {
                    tls = Optional.of(watch.current().peers());
                    certificates = Optional.of(watch);
                    return null;
                });
    }

    /** The same always, once prepared. */
    PeerConfig config() {
        return prepared;
    }

    /** Why nobody can be added; empty when they can. */
    Optional<String> whyAlone() {
        return config.isRaftPortKept()
                ? Optional.of("this node keeps its Raft port to its own machine, and nobody could come: "
                        + NodeConfig.openingTheRaftPort())
                : Optional.empty();
    }

    /** Why this node cannot be one of these; empty when it can. */
    Optional<ConfigurationProblem> problem(Configuration members) {
        List<NodeId> others = members.members().stream()
                .map(Member::id)
                .filter(id -> !id.equals(config.nodeId()))
                .sorted()
                .toList();
        return others.isEmpty() || !config.isRaftPortKept()
                ? Optional.empty()
                : Optional.of(new ConfigurationProblem("this node's cluster has others, " + others
                        + ", and with --host " + config.host() + " its Raft port would be kept to this machine: "
                        + NodeConfig.openingTheRaftPort()));
    }

    void close() {
        certificates.ifPresent(CertificateWatch::close);
    }
}
