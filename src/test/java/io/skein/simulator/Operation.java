package io.skein.simulator;

import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import java.util.Optional;

/** One thing that a client wants, however often it tries; what the answers mean is said by who made it. */
abstract class Operation {
    final long id;
    final Command command;
    final Optional<IdempotencyKey> key;
    /** Never later than the stamp of its first try. */
    final long since;
    /** Whether this uses another operation's key for something else; when that was taken. */
    long keyTakenAt = -1;
    /** Whether it may have been executed and nobody was told. */
    boolean uncertain;
    /** Stamp of the first answer that said it was taken; -1 before. */
    long takenAt = -1;
    /** Entry that decided it first; 0 before. */
    long takenIndex;

    int tries;
    /** Tries that nobody has answered yet, also those given up. */
    int open;

    boolean ended;

    Operation(long id, Command command, Optional<IdempotencyKey> key, long since) {
        this.id = id;
        this.command = command;
        this.key = key;
        this.since = since;
    }

    /** Whether it may be tried again after nobody could say what became of it. */
    boolean isExactlyOnce() {
        return key.isPresent();
    }

    /** Whether its client would not try it again even if it had the time. */
    boolean isPointless() {
        return false;
    }

    /**
     * The answer is no, whole.
     *
     * @param givenUp its client does not wait for this try
     * @return whether it is worth another
     */
    abstract boolean rejected(Rejected rejected, boolean givenUp);

    /**
     * The answer came out of the log.
     *
     * @param last no other try may still be decided in another way
     */
    abstract void decided(Outcome outcome, long index, boolean last);

    /** Its client knows that none of it is there. */
    void refused() {}

    /** Nobody will tell what became of a try. */
    void lost() {}

    /** It is not tried again, whatever became of it. */
    void forsaken() {}

    /** Its client has what it waited for, or waits no longer. */
    void ended() {}
}
