package io.skein.cli;

import java.io.PrintWriter;
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
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(new Api(server).text("/openapi.yaml"));
        out.flush();
        return 0;
    }
}
