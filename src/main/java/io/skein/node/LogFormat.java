package io.skein.node;

/** How what is logged looks. */
public enum LogFormat {
    /** One line for people; what stands below a line of its own begins with a tab. */
    TEXT,
    /** One JSON object a line, whatever is in it. */
    JSON
}
