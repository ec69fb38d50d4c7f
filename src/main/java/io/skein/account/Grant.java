package io.skein.account;

/** One action on some topics. */
public record Grant(Action action, AccessFilter filter) {
    /**
     * An action, a colon and a filter: {@code publish:orders/#}.
     *
     * @throws IllegalArgumentException with a sentence for the client
     */
    public static Grant parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("a scope is an action, a colon and a filter, like \"publish:orders/#\"");
        }
        return new Grant(Action.parse(text.substring(0, colon)), new AccessFilter(text.substring(colon + 1)));
    }

    /** As it is parsed. */
    public String text() {
        return action.text() + ':' + filter.value();
    }
}
