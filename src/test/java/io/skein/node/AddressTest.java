package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.skein.broker.NodeStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are found elsewhere than before: each takes a free port for its peers at every start. */
class AddressTest {
    @TempDir
    private Path directory;

    private RunningNode first;
    private RunningNode second;
    private RunningNode third;

    @BeforeEach
    void startThree() throws Exception {
        first = new RunningNode(directory.resolve("n1"));
        first.awaitVoters(1);
        second = RunningNode.joining(directory.resolve("n2"), "n2", first);
        first.awaitVoters(2);
        third = RunningNode.joining(directory.resolve("n3"), "n3", first);
        first.awaitVoters(3);
        third.awaitVoters(3);
    }

    @AfterEach
    void stop() {
        third.close();
        second.close();
        first.close();
    }

    private static NodeStatus.MemberStatus member(RunningNode as, String id) {
        return as.broker().status().members().stream()
                .filter(member -> member.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** A node knows its cluster by its data. */
    private RunningNode start(String id) throws Exception {
        return new RunningNode(directory.resolve(id), Map.of("node-id", id));
    }

    /** The operator's word, which they had at their start, would win. */
    private void forgetWhereTheFirstWas() throws Exception {
        second.close();
        second = start("n2");
        first.awaitVoters(3);
        third.close();
        third = start("n3");
        first.awaitVoters(3);
        second.awaitVoters(3);
        third.awaitVoters(3);
    }

    private void awaitElsewhere(RunningNode as, String id, String before) {
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> !member(as, id).address().equals(before)
                        && member(as, id).reachable());
    }

    @Test
    void aFollowerThatIsFoundElsewhereSaysSoAfterItsStart() throws Exception {
        String before = member(first, "n3").address();
        third.close();

        third = start("n3");

        awaitElsewhere(first, "n3", before);
        awaitElsewhere(second, "n3", before);
        first.awaitVoters(3);
        assertEquals(member(first, "n3").address(), member(third, "n3").address());
    }

    @Test
    void aLeaderThatIsFoundElsewhereSaysSoAfterItsStart() throws Exception {
        forgetWhereTheFirstWas();
        String before = member(first, "n1").address();
        first.close();
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> !second.broker().status().leader().equals("n1")
                        && !second.broker().status().leader().isEmpty());

        first = start("n1");

        awaitElsewhere(second, "n1", before);
        awaitElsewhere(third, "n1", before);
        first.broker().transfer("n1").await(20, TimeUnit.SECONDS);
        first.awaitVoters(3);
    }

    @Test
    void aClusterThatMovedAsAWholeFindsItselfByTheOperatorsWord() throws Exception {
        String before = member(first, "n2").address();
        third.close();
        second.close();
        first.close();
        List<Integer> ports = freePorts();
        String peers = IntStream.range(0, 3)
                .mapToObj(i -> "n" + (i + 1) + "=127.0.0.1:" + ports.get(i))
                .collect(Collectors.joining(","));

        first = moved("n1", ports.get(0), peers);
        second = moved("n2", ports.get(1), peers);
        third = moved("n3", ports.get(2), peers);

        first.awaitVoters(3);
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> first.broker().status().members().stream()
                        .map(NodeStatus.MemberStatus::address)
                        .toList()
                        .equals(ports.stream().map(port -> "127.0.0.1:" + port).toList()));
        assertNotEquals(before, member(third, "n2").address());
    }

    private RunningNode moved(String id, int port, String peers) throws Exception {
        return new RunningNode(
                directory.resolve(id), Map.of("node-id", id, "raft-port", String.valueOf(port), "peers", peers));
    }

    private static List<Integer> freePorts() throws IOException {
        try (ServerSocket one = free();
                ServerSocket two = free();
                ServerSocket three = free()) {
            return List.of(one.getLocalPort(), two.getLocalPort(), three.getLocalPort());
        }
    }

    private static ServerSocket free() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}
