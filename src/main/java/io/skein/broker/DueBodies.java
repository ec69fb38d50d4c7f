package io.skein.broker;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.store.Reader;
import io.skein.store.StoredMessage;
import io.skein.subscription.Mark;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionMachine;
import io.skein.topic.TopicCommand;
import io.vertx.core.Future;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Reads bodies that fell due on the leader's node and makes the commands that carry them (DESIGN D17): delayed messages
 * whose time has come, and dead letters. Rows are up to date; on the replica's context.
 */
public final class DueBodies {
    /** Bytes of the messages that become dead letters with one command, unless one alone has more. */
    private static final long DEAD_LETTER_BYTES = 256 << 10;

    private DueBodies() {}

    /** @return fails when there is nothing to be read at this place now */
    public static Future<Command> read(Reader reader, SubscriptionMachine subscriptions, Cursor place) {
        Optional<Mark> mark = subscriptions.mark(place);
        return mark.isPresent() ? deadLetters(reader, mark.get()) : delayed(reader, place);
    }

    /** As many of the messages of a mark as a command takes. */
    private static Future<Command> deadLetters(Reader reader, Mark mark) {
        return reader.messages(mark.topic(), mark.first(), mark.count(), DEAD_LETTER_BYTES)
                .map(stored -> {
                    if (stored.isEmpty()) {
                        throw new NoSuchElementException("no message at offset " + mark.first() + " for " + mark);
                    }
                    return new SubscriptionCommand.DeadLetter(
                            mark.at(),
                            mark.first(),
                            stored.stream().map(StoredMessage::message).toList());
                });
    }

    private static Future<Command> delayed(Reader reader, Cursor place) {
        return reader.fetchScheduled(place)
                .map(found -> new TopicCommand.Release(
                        place,
                        found.orElseThrow(() -> new NoSuchElementException("no delayed message at " + place))
                                .publication()));
    }
}
