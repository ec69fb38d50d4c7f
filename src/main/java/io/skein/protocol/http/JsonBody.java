package io.skein.protocol.http;

import io.skein.broker.Refusal;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/** A request's body as a JSON object. */
final class JsonBody {
    private JsonBody() {}

    /** @throws Refusal with what the parser says, without where in its own source it says so */
    static JsonObject object(String text) {
        try {
            return new JsonObject(text);
        } catch (DecodeException | ClassCastException notAnObject) {
            String why =
                    String.valueOf(notAnObject.getMessage()).lines().findFirst().orElse("");
            throw Query.malformed("the body is no JSON object: " + why);
        }
    }
}
