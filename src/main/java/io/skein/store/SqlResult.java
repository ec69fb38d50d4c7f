package io.skein.store;

import java.util.List;

/**
 * @param rows a JSON array of arrays, in UTF-8: numbers, texts, null, blobs as base64url and numbers without an end as texts
 * @param count of rows
 * @param truncated there is more
 * @param ms that it took
 */
public record SqlResult(List<String> columns, byte[] rows, int count, boolean truncated, long ms) {}
