package io.skein.account;

import java.util.Locale;

/** What may be done with topics. */
public enum Action {
    PUBLISH,
    /** Read, follow, and pull and acknowledge through a subscription. */
    SUBSCRIBE,
    /** Make, configure, trim and delete topics and subscriptions. */
    MANAGE;

    /** @throws IllegalArgumentException with a sentence for the client */
    public static Action parse(String text) {
        return switch (text) {
            case "publish" -> PUBLISH;
            case "subscribe" -> SUBSCRIBE;
            case "manage" -> MANAGE;
            default -> throw new IllegalArgumentException("an action is publish, subscribe or manage");
        };
    }

    /** As it is parsed. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
