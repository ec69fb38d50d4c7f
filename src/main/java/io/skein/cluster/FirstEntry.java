package io.skein.cluster;

import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.Member;
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

/** The first entry of a cluster (API.md section 1): who its members are, and what makes this log this one. */
final class FirstEntry {
    private static final HardState STATE = new HardState(Discovery.FIRST_TERM, Optional.empty());

    private FirstEntry() {}

    /** A cluster of one. */
    static ClusterConfiguration alone(Member self, int featureLevel) {
        SecureRandom random = new SecureRandom();
        return new ClusterConfiguration(
                new Configuration(List.of(self)),
                random.nextLong(),
                new Lineage(random.nextInt(1 << 16)),
                System.currentTimeMillis(),
                // There is nobody else who would have to know it.
                featureLevel);
    }

    /** Writes it into an empty store; completes with what the node then starts from. */
    static Future<Image> write(Store store, ClusterConfiguration cluster) {
        Entry first = new Entry(1, STATE.term(), Entry.Kind.CONFIGURATION, cluster.encode());
        Promise<Image> durable = Promise.promise();
        store.handler(new StoreHandler() {
            @Override
            public void written(long number) {
                durable.complete(image(cluster, first, number));
            }

            @Override
            public void diskFull(long number) {
                durable.fail("the disk is full: not even the first entry can be written");
            }

            @Override
            public void failed(StoreFailure failure) {
                durable.fail(failure.cause());
            }
        });
        store.write(new WriteBatch(
                1, 0, List.of(first), Optional.of(STATE), List.of(), Optional.empty(), 0, first.index()));
        return durable.future();
    }

    private static Image image(ClusterConfiguration cluster, Entry first, long lastBatch) {
        return new Image(
                lastBatch,
                STATE,
                new Image.TermStart(0, 0),
                List.of(new Image.TermStart(first.index(), first.term())),
                List.of(first),
                first.index(),
                WriteBatch.Settled.NOTHING,
                first.index(),
                List.of(new Image.ConfigurationStart(first.index(), cluster)),
                List.of());
    }
}
