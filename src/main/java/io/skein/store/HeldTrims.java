package io.skein.store;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Trims whose rows must stay for those who hold them, topic by topic. In memory only: a start finds nobody who reads. */
final class HeldTrims {
    /** Trims of one topic that are told apart; more wait together with the last. */
    private static final int MOST = 64;

    /** @param ticket of the last hold that was open when the trim was settled */
    private record Trim(long ticket, long lowWater) {}

    private static final class Topic {
        final ArrayDeque<Trim> trims = new ArrayDeque<>();
        /** Below this nobody holds anything any more. */
        long released;
    }

    private final Holds holds;
    private final Map<Long, Topic> topics = new HashMap<>();

    HeldTrims(Holds holds) {
        this.holds = holds;
    }

    /**
     * Whether somebody holds what this takes away.
     *
     * @param lowWater {@link Long#MAX_VALUE} when the topic is deleted
     */
    boolean trimmed(long topic, long lowWater) {
        long ticket = holds.now();
        Topic held = topics.get(topic);
        if (held == null) {
            if (holds.areOver(ticket, System.nanoTime())) {
                return false;
            }
            held = new Topic();
            topics.put(topic, held);
        }
        Trim last = held.trims.peekLast();
        if (last != null && (last.ticket() == ticket || held.trims.size() == MOST)) {
            held.trims.pollLast();
        }
        held.trims.add(new Trim(ticket, lowWater));
        return true;
    }

    /** How far the topic's rows may go, which are trimmed up to {@code lowWater}. */
    long limit(long topic, long lowWater) {
        Topic held = topics.get(topic);
        if (held == null) {
            return lowWater;
        }
        long now = System.nanoTime();
        while (!held.trims.isEmpty() && holds.areOver(held.trims.peekFirst().ticket(), now)) {
            held.released = held.trims.pollFirst().lowWater();
        }
        if (held.trims.isEmpty()) {
            topics.remove(topic);
            return lowWater;
        }
        return Math.min(held.released, lowWater);
    }
}
