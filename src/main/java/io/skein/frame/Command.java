package io.skein.frame;

import java.util.List;

/** What a client says over the WebSocket (API.md section 3). */
public sealed interface Command {
    /** The client's id of this command as JSON, {@code 7} or {@code "a"}; empty: it wants no reply. */
    String id();

    /**
     * Who speaks; before its first publish.
     *
     * @param token empty when there is none
     * @param producer from now on publishes with {@code seq} are this producer's; empty for none
     * @param epoch fences processes of the same name with a lower one; -1: the server chooses
     */
    record Hello(String id, String token, String producer, long epoch) implements Command {
        /** Without the token. */
        @Override
        public String toString() {
            return "Hello[" + id + ", " + producer + ", " + epoch + "]";
        }
    }

    /** @param isList the messages came as {@code messages}, so the answer is a list of results */
    record Publish(String id, PublishBatch batch, boolean isList) implements Command {}

    /**
     * Begins an ephemeral stream.
     *
     * @param topics filters, at least one
     * @param from empty when not said
     * @param credit messages to send before the client gives more; {@link #AUTO}: refilled by the server
     */
    record Subscribe(String id, List<String> topics, String from, long credit) implements Command {
        public static final long AUTO = -1;

        public Subscribe {
            topics = List.copyOf(topics);
        }
    }

    /**
     * Works for a durable subscription: its messages come with a lease and are to be acknowledged.
     *
     * @param consumer who works, for people to read; may be empty
     * @param credit messages to send before the client gives more; {@link Subscribe#AUTO}: the server gives back what was
     *     acknowledged, given back or has outlived its lease
     * @param leaseMs how long messages are lent; 0: as the subscription says
     */
    record Work(String id, String subscription, String consumer, long credit, long leaseMs) implements Command {}

    /** What names messages that were lent. @param leases as they came, at least one */
    sealed interface Settling extends Command {
        String sub();

        List<String> leases();
    }

    record Ack(String id, String sub, List<String> leases) implements Settling {
        public Ack {
            leases = List.copyOf(leases);
        }
    }

    /**
     * @param delayMs how long they wait; -1: as the subscription's backoff says
     * @param reason goes with those that become dead letters; may be empty
     */
    record Nack(String id, String sub, List<String> leases, long delayMs, String reason) implements Settling {
        public Nack {
            leases = List.copyOf(leases);
        }
    }

    /** @param leaseMs from now; 0: as the subscription says */
    record Extend(String id, String sub, List<String> leases, long leaseMs) implements Settling {
        public Extend {
            leases = List.copyOf(leases);
        }
    }

    /** Follows the mail of whoever speaks, from now on. */
    record WatchMail(String id) implements Command {}

    record Credit(String id, String sub, long messages) implements Command {}

    record Unsubscribe(String id, String sub) implements Command {}

    record Ping(String id) implements Command {}
}
