package io.skein.store;

import java.util.List;

/**
 * @param rows of longs, doubles, texts, byte arrays and nulls
 * @param truncated there is more
 * @param ms that it took
 */
public record SqlResult(List<String> columns, List<List<Object>> rows, boolean truncated, long ms) {}
