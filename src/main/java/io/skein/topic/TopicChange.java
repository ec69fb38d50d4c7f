package io.skein.topic;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.StateHash;
import java.util.List;

/**
 * The steps of the topic machine. {@code topic} is the internal id; a topic deleted and made again has a new one
 * (ids count up from 1 and are never used twice).
 */
public sealed interface TopicChange extends Change {
    record Created(long topic, TopicName name, TopicConfig config, Cursor at, long time) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(1);
            hash.add(topic);
            hash.add(name.value());
            hashConfig(hash, config);
        }

        @Override
        public int weight() {
            return 256;
        }
    }

    record Configured(long topic, TopicConfig config) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(2);
            hash.add(topic);
            hashConfig(hash, config);
        }

        @Override
        public int weight() {
            return 128;
        }
    }

    record Deleted(long topic) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(3);
            hash.add(topic);
        }

        @Override
        public int weight() {
            return 64;
        }
    }

    /**
     * Messages appended to one topic: offsets {@code firstOffset}, {@code +1}, ... at cursors {@code (first.index,
     * first.place)}, {@code (first.index, first.place + 1)}, ...
     *
     * @param expiresAt one stamp for all of them, {@link Long#MAX_VALUE} for never: messages with different expiries
     *     come as different changes
     * @param bytes sum of {@link Message#size()}
     */
    record Appended(
            long topic,
            TopicName name,
            long firstOffset,
            Cursor first,
            long time,
            long expiresAt,
            List<Message> messages,
            long bytes)
            implements TopicChange, Delivery {
        public Appended {
            messages = List.copyOf(messages);
        }

        public long nextOffset() {
            return firstOffset + messages.size();
        }

        @Override
        public void hashInto(StateHash hash) {
            hash.add(4);
            hash.add(topic);
            hash.add(firstOffset);
            hash.add(first.index());
            hash.add(first.place());
            hash.add(time);
            hash.add(expiresAt);
            for (Message message : messages) {
                hash.add(message.body());
                hash.add(message.format().ordinal());
                hash.add(message.key());
                hash.add(message.contentType());
                for (Header header : message.headers()) {
                    hash.add(header.name());
                    hash.add(header.value());
                }
            }
        }

        @Override
        public int weight() {
            return (int) Math.min(Integer.MAX_VALUE, bytes);
        }
    }

    /**
     * A closed stretch of a topic, cut by log order, so that retention by bytes and age needs no rows (DESIGN D17).
     *
     * @param end offset after the last message of the stretch; it begins where the one before ended
     * @param totalBytes bytes ever appended to the topic up to {@code end}
     */
    record Marked(long topic, long end, Cursor last, long firstTime, long lastTime, long totalBytes)
            implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(5);
            hash.add(topic);
            hash.add(end);
            hash.add(totalBytes);
        }

        @Override
        public int weight() {
            return 64;
        }
    }

    /**
     * Messages below {@code lowWater} are gone.
     *
     * @param last cursor of the last message that went
     * @param trimmedBytes bytes ever trimmed from the topic
     */
    record Trimmed(long topic, long lowWater, Cursor last, long trimmedBytes) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(6);
            hash.add(topic);
            hash.add(lowWater);
            hash.add(last.index());
            hash.add(last.place());
            hash.add(trimmedBytes);
        }

        @Override
        public int weight() {
            return 64;
        }
    }

    /** One message's own TTL is over; it no longer counts. */
    record Expired(long topic, long offset) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(7);
            hash.add(topic);
            hash.add(offset);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /**
     * The message at this offset and all after it stay, whatever retention says, until as many {@link Unpinned} say
     * otherwise: somebody is about to copy it (DESIGN D17).
     */
    record Pinned(long topic, long offset) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(17);
            hash.add(topic);
            hash.add(offset);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    record Unpinned(long topic, long offset) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(18);
            hash.add(topic);
            hash.add(offset);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /** A message waits for {@code due}; its body is kept in a row at {@code at}, not in memory. */
    record Scheduled(Cursor at, long due, long time, Publication publication) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(8);
            hash.add(at.index());
            hash.add(at.place());
            hash.add(due);
            hash.add(publication.topic().value());
            hash.add(publication.message().body());
        }

        @Override
        public int weight() {
            return publication.message().size();
        }
    }

    /** A scheduled message was released or cancelled. */
    record Unscheduled(Cursor at) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(9);
            hash.add(at.index());
            hash.add(at.place());
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /**
     * A producer's command was taken.
     *
     * @param answer the outcome's protobuf bytes, given again to a repeat
     */
    record Produced(String producer, long epoch, long number, long time, byte[] answer) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(10);
            hash.add(producer);
            hash.add(epoch);
            hash.add(number);
            hash.add(answer);
        }

        @Override
        public int weight() {
            return 64 + answer.length;
        }
    }

    /**
     * All that is known of a producer goes, because it was idle and others need the room. Its next sequence must be 1.
     */
    record ProducerRemoved(String producer) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(11);
            hash.add(producer);
        }

        @Override
        public int weight() {
            return 64;
        }
    }

    /**
     * The answers to a producer's sequences are gone before their time, because all producers together have too many: a
     * repeat is still known as one, but no longer answered with its offset. Its last sequence stays, with an empty answer.
     *
     * @param last the producer's last sequence
     */
    record AnswersForgotten(String producer, long last) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(12);
            hash.add(producer);
            hash.add(last);
        }

        @Override
        public int weight() {
            return 64;
        }
    }

    /**
     * Where a topic stands. Only in a snapshot and in what the store reads back, after the topic's {@link Trimmed} and
     * {@link Marked}; never decided.
     *
     * @param totalBytes bytes ever appended to the topic
     * @param last cursor of the last message ever appended; {@link Cursor#ORIGIN} when there is none
     * @param lastTime its stamp; that of {@link Created} when there is none
     * @param openTime stamp of the first message after the last mark (or since the topic was last empty); -1 when there
     *     is none
     */
    record Head(long topic, long nextOffset, long totalBytes, Cursor last, long lastTime, long openTime)
            implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(13);
            hash.add(topic);
            hash.add(nextOffset);
            hash.add(totalBytes);
            hash.add(openTime);
        }

        @Override
        public int weight() {
            return 64;
        }
    }

    /**
     * A message has a TTL of its own and is not {@link Expired}. Only in a snapshot and in what the store reads back,
     * after the topic's {@link Head}, offsets ascending; never decided ({@link Appended} says it).
     */
    record TtlSet(long topic, long offset, long expiresAt) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(14);
            hash.add(topic);
            hash.add(offset);
            hash.add(expiresAt);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /**
     * A message waits for {@code due}. Only in a snapshot and in what the store reads back, cursors ascending; never
     * decided ({@link Scheduled} says it).
     */
    record Waiting(Cursor at, long due) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(15);
            hash.add(at.index());
            hash.add(at.place());
            hash.add(due);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /**
     * The highest topic id ever given, also when that topic is gone. Only in a snapshot and in what the store reads
     * back; never decided ({@link Created} says it).
     */
    record LastTopic(long topic) implements TopicChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(16);
            hash.add(topic);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    private static void hashConfig(StateHash hash, TopicConfig config) {
        hash.add(config.maxAgeMs());
        hash.add(config.maxBytes());
        hash.add(config.maxMessages());
        hash.add(config.onFull().ordinal());
        hash.add(config.format().map(f -> f.ordinal() + 1).orElse(0));
        hash.add(config.ttlMs());
        if (config.acknowledged()) {
            // Only then: a node of the version before, which knows no such topic, comes to the same hash.
            hash.add(1);
        }
    }
}
