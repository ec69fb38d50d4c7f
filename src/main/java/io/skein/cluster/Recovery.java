package io.skein.cluster;

import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
import io.skein.store.Store;
import io.skein.store.StoreFailure;
import io.skein.store.StoreHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * A node whose cluster is lost goes on alone, with what it has: a configuration entry of this node only, in the next
 * term, with a new cluster id, so that whoever is left of the old cluster is no part of the new one, and a new lineage,
 * so that a cursor from beyond what both surely share is a gap. Everything in its log counts as committed from here on.
 * An operator's decision, not Raft's: what only the others had is lost.
 */
public final class Recovery {
    private Recovery() {}

    /**
     * Up to and with this index the node's log is surely that of its old cluster: what it knew to be committed. Of what
     * stands above it others may have something else in the same place; the only voter of a cluster is sure of all.
     */
    public static long surelyShared(NodeId self, Image image) {
        return image.configuration().voters().equals(List.of(self))
                ? image.lastIndex()
                : Math.max(image.commitHint(), image.settled().index());
    }

    /**
     * Writes the entry into a store that nobody else uses; completes when it is durable.
     *
     * @param image what the store holds; of a node that belongs to a cluster
     */
    public static Future<Void> alone(Store store, NodeId self, Image image) {
        if (image.clusterId() == 0) {
            return Future.failedFuture(new IllegalArgumentException(self + " belongs to no cluster"));
        }
        return write(store, alone(self, store.incarnation(), image));
    }

    /**
     * The batch with that entry, for a node that holds what the image says and has not run since.
     *
     * @throws IllegalArgumentException when the image is of no cluster
     */
    public static WriteBatch alone(NodeId self, long incarnation, Image image) {
        if (image.clusterId() == 0) {
            throw new IllegalArgumentException(self + " belongs to no cluster");
        }
        SecureRandom random = new SecureRandom();
        String address = image.configuration().member(self).map(Member::address).orElse("");
        ClusterConfiguration cluster = new ClusterConfiguration(
                new Configuration(List.of(new Member(self, incarnation, address, true))),
                clusterId(random, image.clusterId()),
                lineage(random, image.lineage(), surelyShared(self, image)),
                Math.max(System.currentTimeMillis(), image.settled().time() + 1),
                image.cluster().featureLevel());
        HardState state = new HardState(image.hardState().term() + 1, Optional.empty());
        Entry entry = new Entry(image.lastIndex() + 1, state.term(), Entry.Kind.CONFIGURATION, cluster.encode());
        return new WriteBatch(
                image.lastBatch() + 1,
                0,
                List.of(entry),
                Optional.of(state),
                List.of(),
                Optional.empty(),
                0,
                entry.index());
    }

    private static long clusterId(SecureRandom random, long before) {
        long id = random.nextLong();
        return id == 0 || id == before ? clusterId(random, before) : id;
    }

    private static Lineage lineage(SecureRandom random, Lineage before, long end) {
        int id = random.nextInt(1 << 16);
        return before.knows(id) ? lineage(random, before, end) : before.successor(id, end);
    }

    private static Future<Void> write(Store store, WriteBatch batch) {
        Promise<Void> durable = Promise.promise();
        store.handler(new StoreHandler() {
            @Override
            public void written(long number) {
                durable.complete();
            }

            @Override
            public void diskFull(long number) {
                durable.fail("the disk is full");
            }

            @Override
            public void failed(StoreFailure failure) {
                durable.fail(failure.cause());
            }
        });
        store.write(batch);
        return durable.future();
    }
}
