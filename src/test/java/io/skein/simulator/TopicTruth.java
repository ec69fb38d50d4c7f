package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.subscription.Keys;
import io.skein.topic.Message;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import java.util.Arrays;
import java.util.TreeMap;

/** One topic as the committed changes made it, message by message. */
final class TopicTruth {
    final long id;
    final TopicName name;
    private TopicConfig config;
    private long lowWater;
    /** Before the decision that is being looked at. */
    private long lowWaterBefore;

    private int nextOffset;
    private long[] expiries = new long[16];
    private Message[] messages = new Message[16];
    private final TreeMap<Long, Integer> pins = new TreeMap<>();

    TopicTruth(TopicChange.Created created) {
        id = created.topic();
        name = created.name();
        config = created.config();
    }

    TopicConfig config() {
        return config;
    }

    long lowWater() {
        return lowWater;
    }

    long lowWaterBefore() {
        return lowWaterBefore;
    }

    long nextOffset() {
        return nextOffset;
    }

    Message message(long offset) {
        return messages[(int) offset];
    }

    /** 0 where a message has no key. */
    long key(long offset) {
        return Keys.hash(messages[(int) offset].key());
    }

    /** Whether a command of this time still finds the message. */
    boolean isLive(long offset, long time) {
        return offset >= lowWaterBefore && offset < nextOffset && expiries[(int) offset] > time;
    }

    boolean isPinned(long offset) {
        return pins.containsKey(offset);
    }

    int pins() {
        int all = 0;
        for (int times : pins.values()) {
            all += times;
        }
        return all;
    }

    /** The next decision is looked at. */
    void goOn() {
        lowWaterBefore = lowWater;
    }

    void configure(TopicConfig newConfig) {
        config = newConfig;
    }

    void append(TopicChange.Appended run) {
        check(run.firstOffset() == nextOffset, "offset %d after %d", run.firstOffset(), nextOffset);
        for (Message message : run.messages()) {
            if (nextOffset == messages.length) {
                messages = Arrays.copyOf(messages, 2 * nextOffset);
                expiries = Arrays.copyOf(expiries, 2 * nextOffset);
            }
            expiries[nextOffset] = run.expiresAt();
            messages[nextOffset++] = message;
        }
    }

    void trim(long to) {
        check(to > lowWater && to <= nextOffset, "low water of topic %d went from %d to %d", id, lowWater, to);
        check(pins.isEmpty() || to <= pins.firstKey(), "topic %d was trimmed to %d, over a pinned message", id, to);
        lowWater = to;
    }

    void pin(long offset) {
        check(offset >= lowWater, "message %d of topic %d is pinned and gone", offset, id);
        pins.merge(offset, 1, Integer::sum);
    }

    void unpin(long offset) {
        check(pins.containsKey(offset), "message %d of topic %d is not pinned", offset, id);
        pins.merge(offset, -1, (a, b) -> a + b == 0 ? null : a + b);
    }
}
