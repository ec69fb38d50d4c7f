package io.skein.replica;

import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import java.util.Optional;

/**
 * A command on its way into the log.
 *
 * @param id known to the proposer only; comes back in the reply
 * @param size of the command, asked of it once: it is needed at every step of the way
 */
public record Proposal(long id, Command command, Optional<IdempotencyKey> key, int size) {
    /** The id of proposals that nobody waits for. */
    public static final long NOBODY = -1;

    public Proposal(long id, Command command, Optional<IdempotencyKey> key) {
        this(id, command, key, command.size());
    }
}
