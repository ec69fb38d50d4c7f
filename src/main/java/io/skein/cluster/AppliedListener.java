package io.skein.cluster;

import io.skein.store.StoredMessage;
import java.util.List;

/** Is told, on the replica's context and in log order, what became visible, and where the replica stands. */
public interface AppliedListener {
    /**
     * Memory moved, and nobody was answered of it yet: who decides what others may do takes over here what holds now, so that
     * it holds for whoever was told. Short: all answers of the turn wait for it.
     */
    default void decided() {}

    /**
     * Memory moved to {@code index}.
     *
     * @param messages of the entries since the last call, encoded once; often empty
     */
    void applied(long index, long time, List<StoredMessage> messages);

    /** Everything committed before the start is applied: reads may be served. */
    void caughtUp();

    /** Role, leader, term, or anything else by which this node is well or not, has changed. */
    default void moved(ReplicaStatus now) {}

    /** The replica is being replaced: what was said before holds no longer, and reads must wait for {@link #caughtUp}. */
    default void left() {}
}
