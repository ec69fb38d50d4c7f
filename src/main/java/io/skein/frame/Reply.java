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

    /** @param cursor the stream gives what follows it; empty: of a durable subscription, which knows by itself */
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

    /**
     * To an ack, a nack or an extend.
     *
     * @param done messages
     * @param refused the rest; of several that lie together one lease may name them all
     */
    record Settled(String id, long done, List<RefusedLease> refused) implements Reply {
        public Settled {
            refused = List.copyOf(refused);
        }
    }

    /** @param code why: {@code lease-lost} */
    record RefusedLease(String lease, String code) {}

    record Failed(String id, Problem problem) implements Reply {}
}
