package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** How a subscription was during the last while. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Shows how far behind it was, and how much in flight, during the last while, as this node saw it.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} subscriptions history billing"})
final class SubscriptionHistory extends StateCommand {
    private static final int SHOWN = 20;
    private static final int BAR = 20;

    @Parameters(paramLabel = "SUBSCRIPTION", description = "its name")
    private String name;

    @Override
    int show(Api api, PrintWriter out) {
        print(out, api.get(SubscriptionsCommand.path(name) + "/history"), answer -> table(out, answer));
        return 0;
    }

    private static void table(PrintWriter out, JsonObject answer) {
        JsonArray points = answer.getJsonArray("points");
        if (points.isEmpty()) {
            out.println("nothing yet: a point is taken every " + answer.getLong("everyMs") / 1000 + " s");
            return;
        }
        int from = Math.max(0, points.size() - SHOWN);
        long most = 1;
        for (int i = from; i < points.size(); i++) {
            most = Math.max(most, points.getJsonObject(i).getLong("lag"));
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"TIME", "LAG", "IN FLIGHT", "DEAD", ""});
        for (int i = from; i < points.size(); i++) {
            JsonObject point = points.getJsonObject(i);
            long lag = point.getLong("lag");
            rows.add(new String[] {
                Readable.text(point.getLong("time")),
                String.valueOf(lag),
                point.getLong("inFlight").toString(),
                point.getLong("dead").toString(),
                "#".repeat((int) (lag * BAR / most)) + ".".repeat(BAR - (int) (lag * BAR / most))
            });
        }
        Table.print(out, rows);
        if (from > 0) {
            out.println("the newest " + SHOWN + " of " + points.size() + " points; --json has all");
        }
    }
}
