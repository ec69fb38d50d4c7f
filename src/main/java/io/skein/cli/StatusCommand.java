package io.skein.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One node at a glance. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows how a node is: role, term, where its log stands. Exit code 1 when it is not ok.")
final class StatusCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Option(names = "--json", description = "the node's answer as one JSON line")
    private boolean json;

    @Override
    public Integer call() {
        JsonObject status = new Api(server).get("/v1/cluster");
        PrintWriter out = spec.commandLine().getOut();
        boolean ok = "ok".equals(status.getString("health"));
        if (json) {
            out.println(status.encode());
        } else {
            String health =
                    Ansi.AUTO.string((ok ? "@|bold,green " : "@|bold,red ") + status.getString("health") + "|@");
            out.printf("%s  %s  %s%n", status.getString("node"), status.getString("role"), health);
            out.printf("  term       %d%n", status.getLong("term"));
            out.printf(
                    "  log        %d to %d, committed %d, applied %d, in rows %d%n",
                    status.getLong("firstLogIndex"),
                    status.getLong("lastLogIndex"),
                    status.getLong("commitIndex"),
                    status.getLong("appliedIndex"),
                    status.getLong("settledIndex"));
            out.printf(
                    "  state      %s at %d%n",
                    status.getJsonObject("stateHash").getString("hash"),
                    status.getJsonObject("stateHash").getLong("index"));
            out.printf("  durable    %s%n", status.getString("durable"));
        }
        out.flush();
        return ok ? 0 : 1;
    }
}
