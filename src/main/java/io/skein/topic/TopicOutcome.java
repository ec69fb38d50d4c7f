package io.skein.topic;

import io.skein.machine.Cursor;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import java.util.List;

/** The answers of the topic machine. */
public sealed interface TopicOutcome extends Outcome {
    /** One result for each message of the command, in order. {@code replayed}: a producer's repeat. */
    record Published(List<Result> results, boolean replayed) implements TopicOutcome {
        public Published {
            results = List.copyOf(results);
        }

        @Override
        public boolean tookEffect() {
            for (Result result : results) {
                if (!(result instanceof Refused)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** What became of one message. */
    sealed interface Result {}

    /** @param offset -1 when a repeat is older than the producer's window and the offset is forgotten */
    record Accepted(long offset, Cursor cursor, long time) implements Result {}

    record Delayed(Cursor cursor, long due) implements Result {}

    record Refused(Rejected rejected) implements Result {}

    /** Done; nothing more to say. {@code created}: a topic was made. */
    record Done(boolean created) implements TopicOutcome {}
}
