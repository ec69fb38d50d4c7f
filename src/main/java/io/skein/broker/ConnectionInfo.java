package io.skein.broker;

/**
 * A long-lived connection of this node, for people to look at.
 *
 * @param id unlike that of any other connection of this node, before or after a restart
 * @param since when it came, epoch milliseconds
 */
public record ConnectionInfo(String id, String door, String peer, long since, LongLived.Sight sight) {}
