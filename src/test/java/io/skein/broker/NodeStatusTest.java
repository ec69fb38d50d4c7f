package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.raft.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose pages may ask a node: those of its members, by scheme, name and port. */
class NodeStatusTest {
    private static NodeStatus of(String... httpAddresses) {
        List<NodeStatus.MemberStatus> members = new ArrayList<>();
        for (String address : httpAddresses) {
            members.add(new NodeStatus.MemberStatus("n" + members.size(), "a:1", address, true, -1, true));
        }
        return new NodeStatus(
                "n0", Role.FOLLOWER, Role.FOLLOWER, "", "", 0, 0, 0, 0, 0, 0, 0, 0, "ok", "quorum", members, null);
    }

    private static void assertOf(NodeStatus node, boolean expected, String... origins) {
        for (String origin : origins) {
            assertEquals(expected, node.isOfMember(origin), origin);
        }
    }

    @Test
    void aMemberHasOneNameAndOnePort() {
        NodeStatus node = of("a.example:8080", "b.example:8081");
        assertOf(node, true, "http://a.example:8080", "http://B.Example:8081");
        assertOf(node, false, "http://a.example:8081", "http://c.example:8080", "http://x.a.example:8080");
    }

    @Test
    void aPageOfAnotherSchemeIsAnothers() {
        assertOf(of("a.example:8080"), false, "https://a.example:8080", "ftp://a.example:8080");
        assertOf(of("https://a.example:8443"), true, "https://a.example:8443");
        assertOf(of("https://a.example:8443"), false, "http://a.example:8443");
    }

    @Test
    void aPortThatIsNotSaidIsThatOfTheScheme() {
        assertOf(of("a.example:80"), true, "http://a.example");
        assertOf(of("https://a.example"), true, "https://a.example:443", "https://a.example");
        assertOf(of("https://a.example"), false, "https://a.example:80");
    }

    @Test
    void theNamesOfThisMachineAreOne() {
        NodeStatus node = of("127.0.0.1:8080");
        assertOf(node, true, "http://localhost:8080", "http://LOCALHOST:8080", "http://[::1]:8080");
        assertOf(node, false, "http://localhost:8081", "http://127.0.0.2:8080", "http://localhost.evil.example:8080");
        assertOf(of("a.example:8080"), false, "http://localhost:8080");
    }

    @Test
    void nonsenseIsNobodys() {
        assertOf(
                of("a.example:8080", ""),
                false,
                "",
                "null",
                "a.example:8080",
                "http://",
                "http://a b",
                "//a.example:8080");
        assertOf(of(), false, "http://a.example:8080");
    }
}
