package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Questions to a node's history, in SQL. */
@Command(
        name = "sql",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Asks a running node's own history in SQL, read only; without a question says what can be asked.",
            "Off unless the node was started with --sql true."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} sql",
            "  ${ROOT-COMMAND-NAME} sql \"SELECT topic, count(*) AS n FROM message GROUP BY topic ORDER BY n DESC\""
        })
final class SqlCommand extends NodeCommand {
    @Parameters(arity = "0..1", paramLabel = "SQL", description = "one SELECT (default: lists the views)")
    private String sql;

    @Option(names = "--limit", paramLabel = "N", description = "at most so many rows (default: 1000)")
    private int limit = 1000;

    @Override
    int ask(Api api, PrintWriter out) {
        if (sql == null) {
            print(out, api.get("/v1/sql"), answer -> views(out, answer));
            return 0;
        }
        try {
            JsonObject answer =
                    api.post("/v1/sql", new JsonObject().put("sql", sql).put("limit", limit));
            print(out, answer, result -> rows(out, result));
            return 0;
        } catch (CommandProblem off) {
            if (!off.code().equals("sql-off")) {
                throw off;
            }
            throw new CommandProblem(
                    ExitCode.DENIED,
                    "this node answers no SQL; start it with " + Program.line("serve --sql true") + " to allow it",
                    off.code());
        }
    }

    private static void views(PrintWriter out, JsonObject answer) {
        if (!answer.getBoolean("allowed", false)) {
            out.println("this node answers no SQL; start it with " + Program.line("serve --sql true") + " to allow it");
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"VIEW", "COLUMNS"});
        JsonArray views = answer.getJsonArray("views", new JsonArray());
        for (int i = 0; i < views.size(); i++) {
            JsonObject view = views.getJsonObject(i);
            rows.add(new String[] {
                view.getString("name"),
                view.getJsonArray("columns").stream().map(SqlCommand::name).collect(Collectors.joining(", "))
            });
        }
        if (rows.size() > 1) {
            Table.print(out, rows);
        }
    }

    private static String name(Object column) {
        return column instanceof JsonObject object ? object.getString("name") : String.valueOf(column);
    }

    private static void rows(PrintWriter out, JsonObject result) {
        JsonArray columns = result.getJsonArray("columns");
        JsonArray found = result.getJsonArray("rows");
        if (columns.isEmpty()) {
            out.println("nothing was asked");
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(columns.stream().map(String::valueOf).toArray(String[]::new));
        for (int i = 0; i < found.size(); i++) {
            rows.add(found.getJsonArray(i).stream()
                    .map(cell -> cell == null ? "NULL" : Readable.oneLine(cell.toString()))
                    .toArray(String[]::new));
        }
        Table.printAsTyped(out, rows);
        out.printf(
                "%d %s in %d ms%s%n",
                found.size(),
                found.size() == 1 ? "row" : "rows",
                result.getLong("ms", 0L),
                result.getBoolean("truncated", false) ? "; there are more: --limit" : "");
    }
}
