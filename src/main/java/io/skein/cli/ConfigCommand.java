package io.skein.cli;

import io.skein.node.NodeConfig;
import io.skein.node.Setting;
import io.skein.node.Settings;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what a node would start with, and why. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        modelTransformer = NodeOptions.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = "Shows the effective value of every setting and where it comes from.%n"
                + "Takes the same flags as serve: try it with the ones you mean to use.")
final class ConfigCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--env", description = "shows the name of each setting's variable instead")
    private boolean env;

    @Option(names = "--json", description = "for scripts: one JSON object")
    private boolean json;

    @Override
    public Integer call() {
        Settings settings = NodeOptions.settings(spec.commandLine().getParseResult());
        NodeConfig.of(settings);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(asJson(settings));
        } else if (env) {
            for (Setting setting : Setting.values()) {
                out.printf("%-26s %s%n", setting.variable(), setting.description());
            }
        } else {
            for (Setting setting : Setting.values()) {
                Settings.Value value = settings.value(setting);
                out.printf("%-20s %-24s %s%n", setting.key(), settings.shown(setting), value.source());
            }
        }
        out.flush();
        return 0;
    }

    private static String asJson(Settings settings) {
        var object = new JsonObject();
        for (Setting setting : Setting.values()) {
            Settings.Value value = settings.value(setting);
            object.put(
                    setting.key(),
                    new JsonObject().put("value", settings.shown(setting)).put("source", value.source()));
        }
        return object.encode();
    }
}
