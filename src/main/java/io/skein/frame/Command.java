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
    record Hello(String id, String token, String producer, long epoch) implements Command {}

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

    record Credit(String id, String sub, long messages) implements Command {}

    record Unsubscribe(String id, String sub) implements Command {}

    record Ping(String id) implements Command {}
}
