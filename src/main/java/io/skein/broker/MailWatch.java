package io.skein.broker;

/** A watch's handle; to be used on the context that began it. */
public interface MailWatch {
    /** Goes on after {@link MailWatcher#on} returned false. */
    void resume();

    void close();
}
