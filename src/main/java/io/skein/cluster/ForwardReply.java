package io.skein.cluster;

/**
 * What the leader has to say to a {@link Forward}: committed and decided, as {@link Committed}.
 *
 * @param outcome its protobuf bytes; never changed after construction
 */
public record ForwardReply(byte[] outcome, long index, long term, long time, boolean replayed) {}
