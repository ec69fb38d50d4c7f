package io.skein.subscription;

/** When something happens to a run by itself. Ordered by time; who is named first of those due at one time does not matter,
 * only that it is the same everywhere. */
record RunDue(long time, long subscription, long topic, long first) implements Comparable<RunDue> {
    @Override
    public int compareTo(RunDue other) {
        int order = Long.compare(time, other.time);
        if (order == 0) {
            order = Long.compare(subscription, other.subscription);
        }
        if (order == 0) {
            order = Long.compare(topic, other.topic);
        }
        return order != 0 ? order : Long.compare(first, other.first);
    }
}
