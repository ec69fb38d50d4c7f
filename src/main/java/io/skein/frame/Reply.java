package io.skein.frame;

import java.util.List;

/** A server's answer to one {@link Command}. */
public sealed interface Reply {
    /** Id of the command as JSON; empty when the command had none, or was no JSON. */
    String id();

    /** Nothing more to say. */
    record Done(String id) implements Reply {}

    /** To a hello with a producer. @param epoch the one its publishes carry; to be given again after a reconnect */
    record Welcome(String id, String producer, long epoch) implements Reply {}

    /** @param cursor the stream gives what follows it */
    record Subscribed(String id, String sub, String cursor) implements Reply {}

    /**
     * @param isList as in the command
     * @param replayed the answer of an earlier publish with the same key or sequence
     * @param inMemory the node runs with relaxed durability
     */
    record Published(String id, boolean isList, List<PublishResult> results, boolean replayed, boolean inMemory)
            implements Reply {
        public Published {
            results = List.copyOf(results);
        }
    }

    record Failed(String id, Problem problem) implements Reply {}
}
