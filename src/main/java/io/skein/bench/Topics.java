package io.skein.bench;

import java.util.ArrayList;
import java.util.List;

/** Deals topics in turn. Belongs to one publisher. */
final class Topics {
    private final List<String> names = new ArrayList<>();
    private int next;

    /** @param first where to begin, so that publishers don't all use the same topic at the same time */
    Topics(String prefix, int count, int first) {
        for (int i = 0; i < count; i++) {
            names.add(name(prefix, i));
        }
        next = first % count;
    }

    static String name(String prefix, int number) {
        return prefix + "/" + number;
    }

    String next() {
        String name = names.get(next);
        next = next + 1 == names.size() ? 0 : next + 1;
        return name;
    }
}
