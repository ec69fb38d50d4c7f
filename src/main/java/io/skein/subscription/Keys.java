package io.skein.subscription;

import java.util.List;

/**
 * The keys of messages of one topic with consecutive offsets, as the leader read them: what a subscription with
 * {@link SubscriptionConfig.Order#KEY} cannot know without rows. They are facts, true whenever they come: what is known
 * already is passed over.
 *
 * @param topic internal id
 * @param hashes {@link #hash} of each message's key
 */
public record Keys(long topic, long first, List<Long> hashes) {
    public Keys {
        hashes = List.copyOf(hashes);
    }

    /**
     * A key as the machine knows it; 0 for no key, which orders nothing. Two keys of one hash only wait for each other.
     * Never changed: it stands in the log.
     */
    public static long hash(String key) {
        if (key.isEmpty()) {
            return 0;
        }
        // FNV-1a over the UTF-16 units, then the finalizer of SplitMix64 so that every bit counts.
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001B3L;
        }
        hash = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ hash >>> 27) * 0x94D049BB133111EBL;
        hash ^= hash >>> 31;
        return hash == 0 ? 1 : hash;
    }
}
