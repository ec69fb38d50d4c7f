package io.skein.cluster;

import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Lineage;
import io.skein.machine.Outcome;
import io.skein.replica.CommandBytes;
import io.skein.replica.Image;
import io.skein.replica.Replica;
import io.skein.store.DataDirectory;
import io.skein.store.Reader;
import io.skein.store.Store;
import io.skein.store.StoredMessage;
import io.skein.store.Tail;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What the assembly of the node hands in: this room knows no machine. Called on the replica's context. */
public interface Opening {
    /** The store will be confined to this context. Asked again after a snapshot was installed. */
    Future<Store> store();

    /**
     * What the node starts from: what its store found, or the first entry of a cluster, once there is one. May take as
     * long as the other nodes do.
     *
     * @param address where others find this node
     * @param told how the cluster sees this node meanwhile, when it is not its member
     */
    Future<Image> image(Store store, Peers peers, String address, Consumer<Standing> told);

    Replica replica(Store store, Image image);

    /** This replica belongs to a cluster, with this log: whoever asks it may be told of it. Once for each. */
    void entered(Store store, Lineage lineage);

    /** Encodes messages that subscribers want, once, into the tail; hands on what else became visible. */
    List<StoredMessage> append(Tail tail, Delivery delivery);

    /** Reads a body that fell due and makes the command that carries it; fails when it cannot be read now. */
    Future<Command> dueBody(Reader reader, Cursor place);

    /** Decodes an answer that was kept as a row. */
    Outcome outcome(byte[] row);

    CommandBytes commandBytes();

    /** Puts a snapshot in the place of a closed store's database. */
    Future<Void> install(DataDirectory directory, io.skein.store.SnapshotFile snapshot);

    /** An empty node would find its cluster again, and not begin one of its own. */
    boolean mayReturn();

    /** A node that its cluster does not count any more comes as a new one. */
    boolean mayJoin();

    /** Where a snapshot is kept while it comes in. */
    Path incoming();

    PeerConfig peers();

    /** Why no other node can be added to this one's cluster, which stands alone; empty when they can. */
    default Optional<String> whyAlone() {
        return Optional.empty();
    }

    /** host:port where clients find this node; with {@code https://} before it where they must speak TLS. */
    String httpAddress();

    /** The host that others are told to find this node at. */
    String advertise();
}
