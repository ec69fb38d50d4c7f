package io.skein.broker;

import java.util.List;

/**
 * @param rows of longs, doubles, texts, byte arrays and nulls
 * @param truncated there is more than was asked for, or than one answer holds
 * @param ms that it took
 */
public record SqlAnswer(List<String> columns, List<List<Object>> rows, boolean truncated, long ms) {}
