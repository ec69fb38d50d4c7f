package io.skein.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that shows how something is, once or on and on. */
abstract class StateCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    Server server;

    @Mixin
    private Watch watch;

    @Option(names = "--json", description = "the node's answer as one JSON line; with --watch one each time")
    boolean json;

    /** @return the exit code */
    abstract int show(Api api, PrintWriter out);

    @Override
    public final Integer call() {
        Api api = new Api(server);
        return watch.show(spec.commandLine().getOut(), json, out -> show(api, out));
    }

    /** @param words prints it for people */
    final void print(PrintWriter out, JsonObject answer, Consumer<JsonObject> words) {
        print(out, json, answer, words);
    }

    /** For programs or for people. */
    static void print(PrintWriter out, boolean json, JsonObject answer, Consumer<JsonObject> words) {
        if (json) {
            out.println(answer.encode());
        } else {
            words.accept(answer);
        }
    }
}
