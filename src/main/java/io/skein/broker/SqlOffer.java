package io.skein.broker;

import java.util.List;

/**
 * What may be asked in SQL at this node.
 *
 * @param allowed its operator allowed it
 * @param rows of one answer, at most
 * @param bytes of one answer, at most
 * @param ms that a statement may take
 * @param steps of SQLite's machine that it may take
 * @param valueBytes of one value, at most
 * @param characters of a statement, at most
 */
public record SqlOffer(
        boolean allowed, List<View> views, int rows, long bytes, long ms, long steps, int valueBytes, int characters) {
    public record View(String name, List<String> columns) {}
}
