package io.skein.frame;

/**
 * The public JSON of one message:
 * {@code {"topic","offset","cursor","time","key","headers","format","contentType","body"}} (API.md section 2).
 */
public final class MessageJson {
    private MessageJson() {}
}
