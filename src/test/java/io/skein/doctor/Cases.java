package io.skein.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.doctor.NodeFacts.Member;
import io.skein.doctor.NodeFacts.Said;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A cluster of three that is well; tests say what is otherwise. */
final class Cases {
    static final long NOW = 1_800_000_000_000L;

    private Cases() {}

    static Member member(String id, boolean reachable) {
        return new Member(id, "host-" + id + ":6000", true, 100, reachable);
    }

    static List<Member> three() {
        return List.of(member("n1", true), member("n2", true), member("n3", true));
    }

    static Said said(String node, String role, List<Member> members) {
        return new Said(node, role, "n1", "ok", "quorum", 4, 100, 100, 100, 100, "cafe", members);
    }

    static Said said(String node, String role) {
        return said(node, role, three());
    }

    static Said said(String node, String role, String leader, String health, long term, long applied, String hash) {
        return new Said(node, role, leader, health, "quorum", term, 100_000, applied, applied, applied, hash, three());
    }

    static NodeFacts node(Said said) {
        return node(said, "1.0", 0, Figures.NONE);
    }

    static NodeFacts node(Said said, String version, long clockOffMs, Figures figures) {
        return new NodeFacts(
                said.node(),
                "http://" + said.node(),
                Optional.empty(),
                Optional.of(said),
                Optional.of(version),
                OptionalLong.of(clockOffMs),
                5,
                figures,
                OptionalLong.empty(),
                true,
                true);
    }

    /** What its meters say. */
    static NodeFacts metered(String... lines) {
        return node(said("n1", "leader"), "1.0", 0, Figures.parse(String.join("\n", lines)));
    }

    static ClusterFacts cluster(NodeFacts... nodes) {
        return new ClusterFacts(List.of(nodes), Optional.empty(), Optional.empty(), NOW, 0);
    }

    static ClusterFacts well() {
        return cluster(node(said("n1", "leader")), node(said("n2", "follower")), node(said("n3", "follower")));
    }

    static void assertVerdict(Verdict expected, Finding finding) {
        assertEquals(expected, finding.verdict(), finding.toString());
        boolean asks = expected == Verdict.WARNING || expected == Verdict.WRONG;
        if (asks) {
            assertFalse(finding.todo().isEmpty(), "nobody is told what to do: " + finding);
        }
        assertTrue(asks || finding.todo().isEmpty(), finding.toString());
    }
}
