package io.skein.kubernetes;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.skein.node.ConfigurationProblem;
import io.skein.node.NodeConfig;
import io.skein.node.Settings;
import io.skein.raft.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Whether the pods start and find each other: the settings of each, read as its node reads them. */
final class Members {
    /** Pods that are looked at: some of them are not listed as peers. */
    private static final int ORDINALS = 5;

    private final StatefulSet nodes;
    private final List<String> complaints = new ArrayList<>();

    private Members(Manifests manifests) {
        this.nodes = manifests.nodes();
    }

    /** @param scratch an empty folder, for the files that the pods are given */
    static List<String> complaints(Manifests manifests, Path scratch) throws IOException {
        Members members = new Members(manifests);
        for (int ordinal = 0; ordinal < ORDINALS; ordinal++) {
            Map<String, String> environment = Environment.of(manifests, ordinal, scratch);
            try {
                members.look(ordinal, NodeConfig.of(Settings.resolve(Map.of(), environment, Optional.empty())));
            } catch (ConfigurationProblem problem) {
                return List.of(problem.getMessage());
            }
        }
        return members.complaints;
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            complaints.add(otherwise);
        }
    }

    private String name(int ordinal) {
        return nodes.getMetadata().getName() + "-" + ordinal;
    }

    private String host(String name) {
        return name + "." + nodes.getSpec().getServiceName();
    }

    private void look(int ordinal, NodeConfig config) {
        String name = name(ordinal);
        check(config.nodeId().value().equals(name), "pod " + name + " calls itself " + config.nodeId());
        check(config.advertise().equals(host(name)), "pod " + name + " says that it is found at " + config.advertise());
        config.peers()
                .forEach((id, address) -> check(
                        address.equals(host(id.value()) + ":" + config.raftPort()),
                        id + " is not found at " + address));
        Set<String> first = IntStream.range(0, Math.min(3, nodes.getSpec().getReplicas()))
                .mapToObj(this::name)
                .collect(Collectors.toSet());
        Set<String> listed = config.peers().keySet().stream().map(NodeId::value).collect(Collectors.toSet());
        check(listed.equals(first), "the cluster is formed by " + listed + ", not by the first pods, " + first);
    }
}
