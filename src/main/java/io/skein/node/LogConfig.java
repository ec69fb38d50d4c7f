package io.skein.node;

/**
 * @param level of what Skein itself says; the libraries below it say no more than warnings
 * @param isLevelSaid by whoever runs it; else it is the usual one
 */
public record LogConfig(LogFormat format, String level, boolean isLevelSaid) {
    public static final LogConfig DEFAULT = new LogConfig(LogFormat.TEXT, "info", false);
}
