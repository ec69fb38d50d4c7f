package io.skein.bench;

/** Groups of messages that were sent together and have no answer yet; the answers come in any order. Of fixed size. */
final class InFlight {
    private final long[] ids;
    private final long[] due;
    private final int[] count;
    private final int[] free;
    private int freeCount;
    private long generation;

    /** @param window at most so many groups */
    InFlight(int window) {
        ids = new long[window];
        due = new long[window];
        count = new int[window];
        free = new int[window];
        for (int i = 0; i < window; i++) {
            free[i] = window - 1 - i;
        }
        freeCount = window;
    }

    boolean isFull() {
        return freeCount == 0;
    }

    /** @return the id of this group: positive, never used before */
    long add(long dueAt, int messages) {
        if (isFull()) {
            throw new IllegalStateException("more than " + ids.length + " under way");
        }
        int slot = free[--freeCount];
        ids[slot] = ++generation * ids.length + slot;
        due[slot] = dueAt;
        count[slot] = messages;
        return ids[slot];
    }

    /** @return false when this was answered before or never sent */
    boolean waits(long id) {
        return id > 0 && ids[slot(id)] == id;
    }

    long due(long id) {
        return due[slot(id)];
    }

    int count(long id) {
        return count[slot(id)];
    }

    void answered(long id) {
        int slot = slot(id);
        ids[slot] = 0;
        free[freeCount++] = slot;
    }

    /** Everything that is under way fails. */
    void fail(Publisher.Answers answers, String code) {
        for (long id : ids.clone()) {
            if (id != 0 && waits(id)) {
                long dueAt = due(id);
                int messages = count(id);
                answered(id);
                answers.failed(dueAt, messages, code);
            }
        }
    }

    private int slot(long id) {
        return (int) (id % ids.length);
    }
}
