package io.skein.account;

import java.util.Map;
import java.util.TreeMap;

/** The rules of one account, or those of every member. */
final class Rulebook {
    /** What a rule is about; ordered, so that every node lists them alike. */
    record About(String filter, Action action) implements Comparable<About> {
        @Override
        public int compareTo(About other) {
            int byFilter = filter.compareTo(other.filter);
            return byFilter != 0 ? byFilter : action.compareTo(other.action);
        }
    }

    private final TreeMap<About, Boolean> rules = new TreeMap<>();
    /** Null until somebody asks. */
    private RuleTree tree;

    Map<About, Boolean> rules() {
        return rules;
    }

    int size() {
        return rules.size();
    }

    /** Null when there is none. */
    Boolean get(AccessFilter filter, Action action) {
        return rules.get(new About(filter.value(), action));
    }

    void set(AccessFilter filter, Action action, boolean allow) {
        rules.put(new About(filter.value(), action), allow);
        tree = null;
    }

    void remove(AccessFilter filter, Action action) {
        rules.remove(new About(filter.value(), action));
        tree = null;
    }

    /** The rules as of now; it stays as it is when they change. */
    RuleTree tree() {
        if (tree == null) {
            tree = new RuleTree(rules);
        }
        return tree;
    }
}
