package io.skein.cluster;

import io.skein.store.StoredMessage;
import java.util.List;

/** Is told, on the replica's context and in log order, what became visible, and where the replica stands. */
public interface AppliedListener {
    /**
     * Memory moved, and nobody was answered of it yet, nor sees by any status that it moved: who decides what others may do
     * takes over here what holds now, so that it holds for whoever was told. Nobody is told here that something was taken
     * from him: the answers of this turn, his too, come before that. Short: they all wait for it.
     *
     * @param time the log's, of the last entry
     */
    default void decided(long time) {}

    /**
     * Memory moved to {@code index}, and all that it answers is on its way.
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
