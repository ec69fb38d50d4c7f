package io.skein.broker;

import java.util.List;

/**
 * @param rows a JSON array of arrays: numbers, texts, null, blobs as base64url and numbers without an end as texts
 * @param truncated there is more than was asked for, or than one answer holds
 * @param ms that it took
 */
public record SqlAnswer(List<String> columns, byte[] rows, boolean truncated, long ms) {}
