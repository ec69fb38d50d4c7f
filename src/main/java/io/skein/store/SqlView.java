package io.skein.store;

import java.util.List;

/** One that may be asked. */
public record SqlView(String name, List<String> columns) {}
