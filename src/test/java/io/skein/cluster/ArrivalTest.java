package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.machine.FeatureLevel;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.Image;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An empty node on its way to a cluster that has another node of its id. */
class ArrivalTest {
    private static final NodeId SELF = new NodeId("n2");
    private static final long CLUSTER = 7;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger joins = new AtomicInteger();
    /** What it was told of itself, each time. */
    private final List<Standing> told = new CopyOnWriteArrayList<>();

    @TempDir
    private Path directory;

    private PeerNode leader;
    private Store store;
    private Peers peers;
    /** Of the member with the id of the one that comes. */
    private volatile long memberIncarnation = 4711;

    @BeforeEach
    void start() throws Exception {
        leader = PeerNode.start(vertx, PeerNode.config("n1", 0), CLUSTER, 1);
        leader.onAsk = ask -> {
            if (ask.kind().equals(Membership.FACTS)) {
                looks.incrementAndGet();
                return Future.succeededFuture(Answer.of(cluster().encode()));
            }
            joins.incrementAndGet();
            return Future.succeededFuture(Answer.no(Reason.ID_IN_USE.name()));
        };
        store = Store.open(vertx, StoreConfig.at(directory), SELF, StoreListener.NONE)
                .await(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        on(() -> peers.close());
        store.close().await(20, TimeUnit.SECONDS);
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private int clusterLevel = FeatureLevel.FIRST;

    private Facts cluster() {
        return new Facts(
                leader.id,
                1,
                CLUSTER,
                false,
                false,
                3,
                List.of(
                        new Member(leader.id, 1, leader.address(), true),
                        new Member(SELF, memberIncarnation, "127.0.0.1:1", true)),
                true,
                leader.address(),
                leader.address(),
                "",
                List.of(),
                new Build("9.9", 1, clusterLevel),
                clusterLevel);
    }

    @Test
    void whoseBuildIsTooOldForItsClusterDoesNotArriveAndSaysWhy() throws Exception {
        clusterLevel = FeatureLevel.NEWEST + 1;
        Future<Image> arrival = begin();

        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(arrival::isComplete);

        String said = assertInstanceOf(OtherLevel.class, arrival.cause()).getMessage();
        assertTrue(said.contains("at feature level 3") && said.contains("Skein 9.9"), said);
        assertEquals(0, joins.get());
    }

    private interface Question<T> {
        Future<T> ask();
    }

    private <T> T on(Question<T> question) throws Exception {
        return Future.<T>future(answer -> loop.runOnContext(v -> question.ask().onComplete(answer)))
                .await(20, TimeUnit.SECONDS);
    }

    /** Not yet arrived. */
    private Future<Image> begin() throws Exception {
        return Future.<Future<Image>>future(begun -> loop.runOnContext(v -> {
                    peers = new Peers(vertx, PeerConfig.of(SELF, "127.0.0.1", 0, 5000), null, PeerListener.NONE);
                    begun.complete(Arrival.of(
                            vertx,
                            store,
                            peers,
                            new Arrival.Plan(
                                    SELF,
                                    "127.0.0.1:1",
                                    Map.of(leader.id, leader.address()),
                                    true,
                                    Build.ofThis("test")),
                            store.image(),
                            told::add));
                }))
                .await(20, TimeUnit.SECONDS);
    }

    @Test
    void whoseIdIsInUseAsksOnceAndThenOnlyLooks() throws Exception {
        Future<Image> arrival = begin();

        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> told.contains(Standing.REMOVED));
        int before = looks.get();
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> looks.get() >= before + 2);

        assertEquals(1, joins.get());
        assertEquals(List.of(Standing.AMNESIAC, Standing.REMOVED), told);
        assertFalse(arrival.isComplete());
    }

    @Test
    void whomAnOperatorAddsInPlaceOfTheOtherArrives() throws Exception {
        Future<Image> arrival = begin();
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> told.contains(Standing.REMOVED));

        memberIncarnation = store.incarnation();

        arrival.await(20, TimeUnit.SECONDS);
        assertEquals(1, joins.get());
    }
}
