package io.skein.topic;

/** What a message's body says it is. */
public enum Format {
    RAW,
    JSON,
    XML
}
