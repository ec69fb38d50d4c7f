package io.skein.protocol.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** {@code GET /v1/settings}: what this node was told at its start, and by whom; nothing of a secret. */
final class SettingRoutes {
    private final JsonArray settings = new JsonArray();

    SettingRoutes(List<SettingInForce> inForce) {
        inForce.forEach(setting -> settings.add(json(setting)));
    }

    private static JsonObject json(SettingInForce setting) {
        JsonObject json = new JsonObject()
                .put("name", setting.name())
                .put("value", setting.secret() ? null : setting.value())
                .put("source", setting.source())
                .put("environment", setting.environment())
                .put("default", setting.secret() ? null : setting.preset())
                .put("secret", setting.secret());
        if (setting.secret()) {
            json.put("set", setting.set());
        }
        return json.put("about", setting.about());
    }

    void list(Exchange exchange) {
        exchange.query().allow(List.of());
        exchange.noStore();
        exchange.json(
                200, new JsonObject().put("node", exchange.status().node()).put("settings", settings));
    }
}
