package io.skein.node;

/** @param level of what Skein itself says; the libraries below it say no more than warnings */
public record LogConfig(LogFormat format, String level) {
    public static final LogConfig DEFAULT = new LogConfig(LogFormat.TEXT, "info");
}
