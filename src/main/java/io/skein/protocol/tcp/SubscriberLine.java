package io.skein.protocol.tcp;

/**
 * What a PAD subscriber said.
 *
 * @param argument what follows the colon, blanks removed; of {@link Verb#UNKNOWN} the whole line
 */
record SubscriberLine(Verb verb, String argument) {
    enum Verb {
        SUBSCRIBE,
        UNSUBSCRIBE,
        PING,
        UNKNOWN
    }
}
