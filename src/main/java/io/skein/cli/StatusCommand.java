package io.skein.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/** One node at a glance, and the cluster it belongs to. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows how a node is, and the cluster it belongs to.",
            "Other nodes are asked where this one says that they are. LAG counts committed log entries that a node has"
                    + " not applied. Exit code 1 when the node asked is not ok; 69 when none answers."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} status",
            "  ${ROOT-COMMAND-NAME} status --url localhost:8081 --json"
        })
final class StatusCommand extends StateCommand {
    @Override
    int show(Api api, PrintWriter out) {
        JsonObject status = api.get("/v1/cluster");
        ClusterView view = ClusterView.from(status, api);
        boolean ok = "ok".equals(status.getString("health"));
        if (json) {
            JsonObject nodes = new JsonObject();
            view.nodes().forEach(node -> nodes.put(node, view.answers().get(node)));
            out.println(status.copy().put("nodes", nodes).encode());
        } else {
            print(out, status, ok);
            if (view.isCluster()) {
                out.println();
                view.print(out);
            }
        }
        return ok ? 0 : 1;
    }

    private static void print(PrintWriter out, JsonObject status, boolean ok) {
        String health = Ansi.AUTO.string((ok ? "@|bold,green " : "@|bold,red ") + status.getString("health") + "|@");
        // Null is what a node says that knows none: a default alone would not do.
        String leader = Objects.requireNonNullElse(status.getString("leader"), "");
        String address = Objects.requireNonNullElse(status.getString("leaderAddress"), "an address not yet known");
        String led = leader.isEmpty()
                ? "  no leader is known"
                : leader.equals(status.getString("node")) ? "" : "  led by " + leader + " at " + address;
        out.printf("%s  %s  %s%s%n", status.getString("node"), status.getString("role"), health, led);
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
}
