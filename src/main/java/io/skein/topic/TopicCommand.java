package io.skein.topic;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import java.util.List;
import java.util.Optional;

/** What can be asked of the topic machine. */
public sealed interface TopicCommand extends Command {
    /**
     * Appends messages, creating topics on first publish when {@code mayCreate}. {@code atomic}: all or none;
     * otherwise each message gets its own result. A {@code sequence} makes it exactly-once and atomic.
     *
     * @param messages at least one, at most {@code Limits.MAX_BATCH_MESSAGES}
     * @param door who took it, for people who read the log; empty when nobody says
     */
    record Publish(
            List<Publication> messages, boolean atomic, boolean mayCreate, Optional<Sequence> sequence, String door)
            implements TopicCommand {
        public Publish {
            messages = List.copyOf(messages);
        }

        public Publish(List<Publication> messages, boolean atomic, boolean mayCreate, Optional<Sequence> sequence) {
            this(messages, atomic, mayCreate, sequence, "");
        }

        @Override
        public int places() {
            // Also a list of nothing, which is refused, stands somewhere.
            return Math.max(1, messages.size());
        }

        @Override
        public int size() {
            int size = 16;
            for (Publication publication : messages) {
                size += publication.message().size();
            }
            return size;
        }
    }

    /** A producer's own count of its publish commands; a higher epoch fences older processes of the same name. */
    record Sequence(String producer, long epoch, long number) {}

    /** Makes the topic or changes its configuration. */
    record Configure(TopicName topic, TopicConfig config) implements TopicCommand {
        @Override
        public boolean frees() {
            return true;
        }
    }

    /** Deletes the topic with its messages. A topic made again under the name starts at offset 0 with a new id. */
    record Delete(TopicName topic) implements TopicCommand {
        @Override
        public boolean frees() {
            return true;
        }
    }

    /** Cancels a delayed message. */
    record Cancel(Cursor scheduled) implements TopicCommand {
        @Override
        public boolean frees() {
            return true;
        }
    }

    /** Proposed by the leader when a delayed message is due, with the body it read (DESIGN D17). Never refused for
     * limits: the copy creates its topic and ignores {@code onFull}, format validation and the size limit. */
    record Release(Cursor scheduled, Publication publication) implements TopicCommand {
        @Override
        public Optional<Cursor> body() {
            return Optional.of(scheduled);
        }

        @Override
        public int size() {
            return 64 + publication.message().size();
        }
    }

    /** Proposed by the leader when retention by age or a TTL is due. */
    record Expire() implements TopicCommand {
        @Override
        public boolean frees() {
            return true;
        }
    }
}
