package io.skein.topic;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

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

    /** Those that match, in no order. */
    void matching(TopicFilter filter, Consumer<TopicState> into) {
        matching(root, levels(filter.value()), 0, into);
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

    private static void matching(Node node, String[] filter, int depth, Consumer<TopicState> into) {
        if (depth == filter.length) {
            if (node.topic != null) {
                into.accept(node.topic);
            }
            return;
        }
        String level = filter[depth];
        if (level.equals("#")) {
            all(node, depth, into);
        } else if (level.equals("+")) {
            node.children.forEach((name, child) -> {
                if (isOpen(name, depth)) {
                    matching(child, filter, depth + 1, into);
                }
            });
        } else {
            Node child = node.children.get(level);
            if (child != null) {
                matching(child, filter, depth + 1, into);
            }
        }
    }

    private static void all(Node node, int depth, Consumer<TopicState> into) {
        if (node.topic != null) {
            into.accept(node.topic);
        }
        node.children.forEach((name, child) -> {
            if (isOpen(name, depth)) {
                all(child, depth + 1, into);
            }
        });
    }

    /** The system's names are found only by a filter that names them (API.md section 2). */
    private static boolean isOpen(String level, int depth) {
        return depth > 0 || level.charAt(0) != '$';
    }

    private static String[] levels(String name) {
        return name.split("/", -1);
    }
}
