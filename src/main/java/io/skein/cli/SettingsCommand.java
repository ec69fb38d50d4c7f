package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a running node was told. */
@Command(
        name = "settings",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows the settings of a running node and where each comes from; of secrets only whether they are set.",
            "'config' shows what a node would start with here."
        },
        footer = {"", "Examples:", "  ${ROOT-COMMAND-NAME} settings --changed", "  ${ROOT-COMMAND-NAME} settings raft"})
final class SettingsCommand extends StateCommand {
    @Parameters(arity = "0..1", paramLabel = "PART", description = "only those whose name has this in it")
    private String part = "";

    @Option(names = "--changed", description = "only those that are not as they would be by themselves")
    private boolean changed;

    @Option(names = "--about", description = "says what each is")
    private boolean about;

    @Override
    int show(Api api, PrintWriter out) {
        JsonObject answer = api.get("/v1/settings");
        print(out, answer, all -> table(out, all.getJsonArray("settings")));
        return 0;
    }

    private void table(PrintWriter out, JsonArray settings) {
        List<String[]> rows = new ArrayList<>();
        rows.add(
                about
                        ? new String[] {"SETTING", "VALUE", "SOURCE", "DOES"}
                        : new String[] {"SETTING", "VALUE", "SOURCE", "VARIABLE"});
        for (int i = 0; i < settings.size(); i++) {
            JsonObject setting = settings.getJsonObject(i);
            String name = setting.getString("name");
            String source = setting.getString("source");
            if (name.contains(part.toLowerCase(Locale.ROOT)) && !(changed && source.equals("default"))) {
                rows.add(new String[] {name, value(setting), source, setting.getString(about ? "about" : "environment")
                });
            }
        }
        if (rows.size() == 1) {
            out.println("there is no such setting" + (changed ? ", or none that was changed" : ""));
        } else {
            Table.print(out, rows);
        }
    }

    private static String value(JsonObject setting) {
        if (setting.getBoolean("secret", false)) {
            return setting.getBoolean("set", false) ? "(set)" : "(not set)";
        }
        String value = setting.getString("value");
        return value == null || value.isEmpty() ? "-" : value;
    }
}
