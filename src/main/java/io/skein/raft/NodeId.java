package io.skein.raft;

/** The name of a node, unique in its cluster: 1 to 63 letters, digits, {@code -}, {@code _} or {@code .}. */
public record NodeId(String value) implements Comparable<NodeId> {
    /** Characters of what is no name, in a sentence. */
    private static final int SHOWN = 80;

    /** @throws IllegalArgumentException with a sentence for the operator when the name is none */
    public NodeId {
        if (!value.matches("[A-Za-z0-9._-]{1,63}")) {
            // Whoever said it may have been a stranger, and this sentence may go into a log.
            String shown = value.replaceAll("[^\\x20-\\x7E]", "?");
            throw new IllegalArgumentException("a node id is 1 to 63 letters, digits, '-', '_' or '.', not \""
                    + (shown.length() > SHOWN ? shown.substring(0, SHOWN) + "..." : shown) + "\"");
        }
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
