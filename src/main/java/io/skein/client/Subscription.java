package io.skein.client;

/** A stream of messages that goes on over reconnects until it is closed. To be used from any thread. */
public interface Subscription {
    /** Position after the last message handed to the handler, or where the stream began. Resumes on any node. */
    String cursor();

    /** Position where the stream began: what came and comes follows it. */
    String start();

    /** With {@link SubscribeOptions#isManual}: lets so many more messages come. Else it does nothing. */
    void credit(long messages);

    /**
     * No message is handed out until {@link #resume} or {@link #fetch}. At most {@link SubscribeOptions#credit} messages
     * wait here meanwhile, all others at the node.
     */
    void pause();

    /** Messages are handed out as they come. */
    void resume();

    /** So many more messages are handed out, then none again: a paused stream by portions. */
    void fetch(long messages);

    /** No message is handed out after this, when it is called where the handler is. */
    void close();
}
