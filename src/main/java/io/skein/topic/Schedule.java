package io.skein.topic;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The delayed messages: where each was published and when it is due. Their bodies are rows. */
final class Schedule {
    private final Timetable waiting = new Timetable();
    /** (due, index, place) of all that wait, and of some that no longer do. */
    private final DueHeap dues = new DueHeap();

    int size() {
        return waiting.size();
    }

    boolean contains(Cursor at) {
        return waiting.time(at.index(), at.place()) >= 0;
    }

    boolean isDue(Cursor at, long time) {
        long due = waiting.time(at.index(), at.place());
        return due >= 0 && due <= time;
    }

    void add(Cursor at, long due) {
        waiting.add(at.index(), at.place(), due);
        dues.push(due, at.index(), at.place());
    }

    void remove(Cursor at) {
        boolean was = waiting.remove(at.index(), at.place());
        assert was : at + " does not wait";
        if (dues.size() > 2 * waiting.size() + 1_024) {
            dues.clear();
            waiting.forEach((index, place, due) -> dues.push(due, index, place));
        }
    }

    long nextDue() {
        while (!dues.isEmpty() && waiting.time(dues.high(), (int) dues.low()) < 0) {
            dues.pop();
        }
        return dues.isEmpty() ? Long.MAX_VALUE : dues.time();
    }

    /** Those due at {@code time}, the most overdue first. */
    List<Cursor> due(long time, int limit) {
        var due = new ArrayList<Cursor>();
        var times = new ArrayList<Long>();
        while (nextDue() <= time && due.size() < limit) {
            due.add(new Cursor(dues.high(), (int) dues.low()));
            times.add(dues.time());
            dues.pop();
        }
        for (int i = 0; i < due.size(); i++) {
            dues.push(times.get(i), due.get(i).index(), due.get(i).place());
        }
        return due;
    }

    void snapshot(Consumer<Change> into) {
        waiting.forEach((index, place, due) -> into.accept(new TopicChange.Waiting(new Cursor(index, place), due)));
    }
}
