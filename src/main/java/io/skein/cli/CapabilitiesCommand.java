package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** What a node can. */
@Command(
        name = "capabilities",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Shows the version, limits, doors and features of a node.")
final class CapabilitiesCommand extends NodeCommand {
    @Override
    int ask(Api api, PrintWriter out) {
        print(out, api.get("/v1"), answer -> print(out, "", answer));
        return 0;
    }

    private static void print(PrintWriter out, String indent, JsonObject object) {
        int width = object.fieldNames().stream().mapToInt(String::length).max().orElse(0);
        for (Map.Entry<String, Object> one : object) {
            if (one.getValue() instanceof JsonObject inner) {
                out.println(indent + one.getKey());
                print(out, indent + "  ", inner);
            } else {
                out.printf("%s%-" + width + "s  %s%n", indent, one.getKey(), text(one.getValue()));
            }
        }
    }

    private static String text(Object value) {
        return value instanceof JsonArray array
                ? array.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : String.valueOf(value);
    }
}
