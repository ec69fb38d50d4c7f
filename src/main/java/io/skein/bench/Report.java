package io.skein.bench;

import io.vertx.core.json.JsonObject;

/** What a run found. */
public interface Report {
    /** Everything, for programs; printed as one line. */
    JsonObject toJson();

    /** For people; ends with a line break. */
    String table();
}
