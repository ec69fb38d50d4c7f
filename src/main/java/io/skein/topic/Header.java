package io.skein.topic;

/** A header of a message, as its publisher gave it. */
public record Header(String name, String value) {}
