package io.skein.account;

/** What may be done with topics. */
public enum Action {
    PUBLISH,
    /** Read, follow, and pull and acknowledge through a subscription. */
    SUBSCRIBE,
    /** Make, configure, trim and delete topics and subscriptions. */
    MANAGE
}
