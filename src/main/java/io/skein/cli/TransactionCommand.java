package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** All or nothing. */
@Command(
        name = "transaction",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Publishes, acknowledges and gives back, all or nothing, across topics and subscriptions.",
            "What is to be done is JSON, from a file or standard input. Exit code 1: nothing was done; 4: nobody knows, ask"
                    + " again with the --idempotency-key that is said then."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} transaction -f transfer.json",
            "  echo '{\"publish\":[{\"topic\":\"paid/7\",\"body\":\"42\"}],",
            "         \"ack\":[{\"subscription\":\"billing\",\"leases\":[\"lz6d.1.1.0.7.0\"]}]}' \\",
            "      | ${ROOT-COMMAND-NAME} transaction --idempotency-key payment-7"
        })
final class TransactionCommand extends NodeCommand {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "with \"publish\", \"ack\" and \"nack\" (default: standard input)")
    private Path file;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "the same one again does nothing twice (default: one of its own)")
    private String key;

    /** As it was spelled before {@code publish --key} was the message's. */
    @Option(names = "--key", paramLabel = "KEY", hidden = true)
    private String formerKey;

    @Override
    int ask(Api api, PrintWriter out) {
        JsonObject order = order();
        JsonObject answer = done(api, order, key != null ? key : formerKey != null ? formerKey : Api.newKey());
        print(out, answer, done -> {
            JsonArray results = done.getJsonArray("results");
            for (int i = 0; i < results.size(); i++) {
                JsonObject result = results.getJsonObject(i);
                out.println(result.getString("topic")
                        + (result.containsKey("offset") ? " offset " + result.getLong("offset") : "")
                        + ", cursor " + result.getString("cursor"));
            }
            out.printf(
                    "done: %d published, %d acknowledged, %d given back%n",
                    results.size(), done.getInteger("acknowledged", 0), done.getInteger("returned", 0));
        });
        return 0;
    }

    private static JsonObject done(Api api, JsonObject order, String key) {
        try {
            return api.post(
                    "/v1/transactions",
                    order.toBuffer().getBytes(),
                    "Content-Type",
                    "application/json",
                    "Idempotency-Key",
                    key);
        } catch (CommandProblem problem) {
            throw problem.exitCode() == ExitCode.UNKNOWN
                    ? new CommandProblem(ExitCode.UNKNOWN, problem.getMessage() + Api.again(key), problem.code())
                    : problem;
        }
    }

    private JsonObject order() {
        String where = file == null ? "standard input" : file.toString();
        try {
            return new JsonObject(
                    file == null
                            ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                            : Files.readString(file));
        } catch (IOException unreadable) {
            throw new CommandProblem(ExitCode.USAGE, where + " cannot be read: " + unreadable.getMessage());
        } catch (DecodeException malformed) {
            throw new CommandProblem(
                    ExitCode.USAGE, where + " is no JSON object like {\"publish\":[...],\"ack\":[...],\"nack\":[...]}");
        }
    }
}
