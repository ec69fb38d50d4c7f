package io.skein.client;

/** A stream of messages that goes on over reconnects until it is closed. To be used from any thread. */
public interface Subscription {
    /** Position after the last message handed to the handler, or where the stream began. Resumes on any node. */
    String cursor();

    /** With {@link SubscribeOptions#isManual}: lets so many more messages come. Else it does nothing. */
    void credit(long messages);

    /** No message is handed out after this, when it is called on the client's context. */
    void close();
}
