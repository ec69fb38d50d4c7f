package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Kubernetes does with the StatefulSet of {@code k8s/}, rehearsed without it, under load: nothing that was
 * acknowledged is lost or there twice, and clients meet refusals that may be repeated and no others.
 * {@code -Dskein.rollouts=N} rolls out so many times and says the median of the longest gaps.
 */
@Timeout(900)
class StatefulSetIT {
    private static final int PRODUCERS = 4;
    private static final int ENOUGH = 200;
    private static final int ROLLOUTS = Integer.getInteger("skein.rollouts", 1);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private Pods pods;
    private ClusterUnderTest cluster;
    private final History history = new History("orders");

    @AfterEach
    void close() throws Exception {
        if (pods != null) {
            pods.close();
        }
    }

    @Test
    void aRollingUpdateAKilledPodALostVolumeAndScalingKeepWhatWasAcknowledged() throws Exception {
        Optional<Pods> opened = Pods.open(directory);
        assumeTrue(opened.isPresent(), "no network namespaces");
        pods = opened.get();
        cluster = pods.cluster();
        for (int ordinal = 0; ordinal < 3; ordinal++) {
            pods.create(ordinal);
        }
        for (ClusterNode node : cluster.nodes()) {
            pods.awaitReady(node);
        }
        try (Producers producers = Producers.start(cluster, history, PRODUCERS)) {
            producers.awaitMore(ENOUGH);
            List<Long> gaps = new ArrayList<>();
            for (int i = 0; i < ROLLOUTS; i++) {
                gaps.add(during("rolling update", producers, this::rollOut));
            }
            if (ROLLOUTS > 1) {
                gaps.sort(null);
                System.out.println("rehearsal: longest gap of " + ROLLOUTS + " rolling updates: median "
                        + gaps.get(gaps.size() / 2) + " ms, all " + gaps);
            }
            during("leader killed, back with its volume", producers, () -> {
                ClusterNode leader = cluster.awaitLeader();
                pods.crash(leader);
                pods.awaitReady(leader);
            });
            during("a volume lost", producers, () -> {
                ClusterNode pod = pods.pod(1);
                pods.delete(pod);
                pod.wipe();
                pods.create(1);
                pods.awaitReady(pod);
                pods.awaitVoters(3);
            });
            during("scaled from 3 to 5", producers, () -> scaleUp(3, 5));
            during("scaled from 5 to 3", producers, () -> scaleDown(5, 3));
            during("scaled from 3 to 4, with the volume of a member of old", producers, () -> scaleUp(3, 4));
            producers.stop();
        }
        history.check(cluster);
        System.out.println("rehearsal: " + history.size() + " messages acknowledged, all there once, in order, on "
                + cluster.nodes().size() + " pods");
    }

    private interface Step {
        void take() throws Exception;
    }

    /** @return the longest time without an acknowledgement, in milliseconds */
    private long during(String what, Producers producers, Step step) throws Exception {
        long begun = System.nanoTime();
        step.take();
        long tookMs = (System.nanoTime() - begun) / 1_000_000;
        producers.awaitMore(ENOUGH);
        long gap = history.longestGapMs(begun);
        System.out.println(
                "rehearsal: " + what + ": took " + tookMs + " ms, longest gap between acknowledgements " + gap + " ms");
        return gap;
    }

    /** From the last ordinal to the first, each when the one before it is ready. */
    private void rollOut() throws Exception {
        for (int ordinal = 2; ordinal >= 0; ordinal--) {
            ClusterNode pod = pods.pod(ordinal);
            pods.delete(pod);
            pods.create(ordinal);
            pods.awaitReady(pod);
        }
    }

    private void scaleUp(int from, int to) throws Exception {
        for (int ordinal = from; ordinal < to; ordinal++) {
            pods.create(ordinal);
        }
        for (int ordinal = from; ordinal < to; ordinal++) {
            pods.awaitReady(pods.pod(ordinal));
        }
        pods.awaitVoters(to);
    }

    /** The member goes before its pod does. */
    private void scaleDown(int from, int to) throws Exception {
        for (int ordinal = from - 1; ordinal >= to; ordinal--) {
            ClusterNode pod = pods.pod(ordinal);
            cluster.inService(pod, false);
            HttpResponse<String> removed = pods.pod(0).send("DELETE", "/v1/cluster/members/" + pod.id(), "", ANSWER);
            assertEquals(200, removed.statusCode(), removed.body());
            pods.scaledDown(pod);
        }
        pods.awaitVoters(to);
    }
}
