package io.skein.cluster;

import io.skein.store.StoredMessage;
import java.util.List;

/** Is told, on the replica's context and in log order, what became visible. */
public interface AppliedListener {
    /**
     * Memory moved to {@code index}.
     *
     * @param messages of the entries since the last call, encoded once; often empty
     */
    void applied(long index, long time, List<StoredMessage> messages);

    /** Everything committed before the start is applied: reads may be served. */
    void caughtUp();

    /** The replica is being replaced: what was said before holds no longer, and reads must wait for {@link #caughtUp}. */
    default void left() {}
}
