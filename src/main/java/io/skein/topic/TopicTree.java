package io.skein.topic;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Topics by the levels of their names, so that a filter looks only at levels it can match: {@code site/+/device/7} among
 * 100,000 topics asks each site once.
 */
final class TopicTree {
    private static final class Node {
        private final Map<String, Node> children = new HashMap<>(2);
        /** The topic whose name ends here; null when there is none. */
        private TopicState topic;
    }

    private final Node root = new Node();

    void add(TopicState topic) {
        Node node = root;
        for (String level : levels(topic.name.value())) {
            node = node.children.computeIfAbsent(level, name -> new Node());
        }
        node.topic = topic;
    }

    void remove(TopicState topic) {
        remove(root, levels(topic.name.value()), 0);
    }

    /** What was found, until there is too much of it or looking for it took too long. */
    static final class Search {
        private final List<TopicState> found;
        private final int most;
        private int looks;

        Search(List<TopicState> found, int most, int looks) {
            this.found = found;
            this.most = most;
            this.looks = looks;
        }

        /** @return whether to go on */
        private boolean look(Node node, boolean ends) {
            if (ends && node.topic != null) {
                if (found.size() == most) {
                    return false;
                }
                found.add(node.topic);
            }
            return looks-- > 0;
        }
    }

    /**
     * Adds those that match, in no order.
     *
     * @return whether that is all of them
     */
    boolean search(TopicFilter filter, Search search) {
        return search(root, levels(filter.value()), 0, search);
    }

    /** @return whether nothing is left of the node */
    private static boolean remove(Node node, String[] levels, int depth) {
        if (depth == levels.length) {
            node.topic = null;
        } else if (remove(node.children.get(levels[depth]), levels, depth + 1)) {
            node.children.remove(levels[depth]);
        }
        return node.topic == null && node.children.isEmpty();
    }

    private static boolean search(Node node, String[] filter, int depth, Search search) {
        if (!search.look(node, depth == filter.length)) {
            return false;
        }
        if (depth == filter.length) {
            return true;
        }
        String level = filter[depth];
        if (level.equals("#")) {
            return all(node, depth, search);
        }
        if (level.equals("+")) {
            for (Map.Entry<String, Node> child : node.children.entrySet()) {
                if (isOpen(child.getKey(), depth) && !search(child.getValue(), filter, depth + 1, search)) {
                    return false;
                }
            }
            return true;
        }
        Node child = node.children.get(level);
        return child == null || search(child, filter, depth + 1, search);
    }

    private static boolean all(Node node, int depth, Search search) {
        if (!search.look(node, true)) {
            return false;
        }
        for (Map.Entry<String, Node> child : node.children.entrySet()) {
            if (isOpen(child.getKey(), depth) && !all(child.getValue(), depth + 1, search)) {
                return false;
            }
        }
        return true;
    }

    /** The system's names are found only by a filter that names them (API.md section 2). */
    private static boolean isOpen(String level, int depth) {
        return depth > 0 || level.charAt(0) != '$';
    }

    private static String[] levels(String name) {
        return name.split("/", -1);
    }
}
