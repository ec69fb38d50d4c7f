package io.skein.cli;

import io.skein.node.ExitCode;
import io.skein.node.Setting;
import io.skein.node.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The flags of a node, made from {@link Setting}: one declaration for flags, environment and file. */
final class NodeOptions implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec spec) {
        for (Setting setting : Setting.values()) {
            String fallback = setting.defaultValue().isEmpty() ? "" : " (default: " + setting.defaultValue() + ")";
            spec.addOption(OptionSpec.builder("--" + setting.key())
                    .paramLabel(setting.label())
                    .type(String.class)
                    .arity(setting.label().equals("BOOL") ? "0..1" : "1")
                    .fallbackValue("true")
                    .description(setting.description() + fallback)
                    .build());
        }
        spec.addOption(OptionSpec.builder("--config")
                .paramLabel("FILE")
                .type(String.class)
                .arity("1")
                .description("file with lines like http-port = 8080; flags and SKEIN_HTTP_PORT win over it")
                .build());
        return spec;
    }

    static Settings settings(ParseResult parsed) {
        Map<String, String> flags = new HashMap<>();
        for (Setting setting : Setting.values()) {
            String text = parsed.matchedOptionValue("--" + setting.key(), (String) null);
            if (text != null) {
                flags.put(setting.key(), text);
            }
        }
        Map<String, String> environment = System.getenv();
        String file = parsed.matchedOptionValue("--config", environment.getOrDefault("SKEIN_CONFIG", ""));
        Optional<Path> path = file.isEmpty() ? Optional.empty() : Optional.of(Path.of(file));
        if (path.isPresent() && !Files.isReadable(path.get())) {
            throw new CommandProblem(ExitCode.USAGE, "the configuration file " + path.get() + " cannot be read");
        }
        return Settings.resolve(flags, environment, path);
    }
}
