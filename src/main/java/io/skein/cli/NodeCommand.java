package io.skein.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks a node and prints the answer, as words or as it is. */
abstract class NodeCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    Server server;

    @Option(names = "--json", description = "the node's answer as one JSON line")
    boolean json;

    /** @return the exit code */
    abstract int ask(Api api, PrintWriter out);

    @Override
    public final Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        int exitCode = ask(new Api(server), out);
        out.flush();
        return exitCode;
    }

    /** @param words prints it for people */
    final void print(PrintWriter out, JsonObject answer, Consumer<JsonObject> words) {
        StateCommand.print(out, json, answer, words);
    }

    /** Something was done. */
    final void done(PrintWriter out, JsonObject answer, String words) {
        out.println(json ? answer.encode() : words);
    }
}
