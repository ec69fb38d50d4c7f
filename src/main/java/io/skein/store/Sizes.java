package io.skein.store;

/** Bytes on the disk, as of the last checkpoint. */
public record Sizes(long databaseBytes, long walBytes) {}
