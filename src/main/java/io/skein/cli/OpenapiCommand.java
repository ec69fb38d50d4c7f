package io.skein.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The contract of a node's HTTP interface. */
@Command(
        name = "openapi",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Prints what a node's HTTP interface is, as OpenAPI 3.1 (YAML), for tools that make clients.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} openapi > skein.yaml"})
final class OpenapiCommand implements Callable<Integer> {
    private static final Duration A_MOMENT = Duration.ofSeconds(10);

    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (InputStream document =
                new Api(server).fetch("/openapi.yaml", A_MOMENT).body()) {
            out.print(new String(document.readAllBytes(), StandardCharsets.UTF_8));
        }
        out.flush();
        return 0;
    }
}
