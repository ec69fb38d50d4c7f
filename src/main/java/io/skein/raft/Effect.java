package io.skein.raft;

import java.util.List;
import java.util.Optional;

/** What {@link Raft} wants done, in list order. Nothing here carries a condition: what must wait for the disk is kept
 * inside and comes out after the {@link Input.Written} that it waited for (DESIGN D2). */
public sealed interface Effect {
    /** May be lost, doubled, reordered. */
    record Send(NodeId to, Rpc rpc) implements Effect {}

    /**
     * Goes to the disk whole, in order of {@code number}; completion comes back as {@link Input.Written}.
     *
     * @param truncateFrom entries at and above this index go before the new ones come; 0 when none go
     * @param hardState present when term or vote changed
     */
    record Write(long number, long truncateFrom, List<Entry> entries, Optional<HardState> hardState)
            implements Effect {}

    /** Entries up to and with this index are committed. Grows; each index is announced once. */
    record Committed(long index) implements Effect {}

    record RoleChanged(Role role, long term, Optional<NodeId> leader) implements Effect {}
}
