package io.skein.broker;

/** The door's side of a watch; called on the context that began it. */
public interface MailWatcher {
    /**
     * In log order.
     *
     * @return false to pause until {@link MailWatch#resume}; if too much happens meanwhile a {@link MailEvent.Gap} comes
     *     in its place
     */
    boolean on(MailEvent event);
}
