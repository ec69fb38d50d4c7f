package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Who belongs to a cluster, and who leads it. */
@Command(
        name = "members",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            MemberCommand.Add.class,
            MemberCommand.Remove.class,
            MemberCommand.Transfer.class,
            MemberCommand.Show.class
        },
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Lists, adds and removes the nodes of a running cluster, one at a time, and has another one lead.",
            "Any node of the cluster may be asked. A majority of the voters has to be there."
        },
        footer = {
            "",
            "A node joins in two steps: start it empty, then add it.",
            "  ${ROOT-COMMAND-NAME} serve --node-id n4 --data-dir n4 \\",
            "      --http-port 8083 --tcp-port 0 --raft-port 6003 --join",
            "  ${ROOT-COMMAND-NAME} members add n4 127.0.0.1:6003 --wait 30s",
            "It copies everything as a learner, which does not count, and votes by itself",
            "once it has caught up. Three voters bear the loss of one, five of two; a",
            "fourth makes nothing safer. Learners serve readers."
        })
final class MemberCommand extends StateCommand {
    @Override
    int show(Api api, PrintWriter out) {
        return list(api, out, json);
    }

    private static int list(Api api, PrintWriter out, boolean json) {
        JsonObject status = api.get("/v1/cluster");
        JsonArray members = status.getJsonArray("members");
        if (json) {
            out.println(members.encode());
        } else {
            Show.print(out, status, members);
        }
        return 0;
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Adds the node that runs at an address; it was started empty, with --join.",
            footer = {
                "",
                "With --wait a node that does not answer yet is waited for, too.",
                "Exit code 1 also when it does not vote within --wait: it goes on to catch up.",
                "Example:",
                "  ${ROOT-COMMAND-NAME} members add n4 127.0.0.1:6003 --wait 30s"
            })
    static final class Add extends NodeCommand {
        private static final Duration AGAIN = Duration.ofMillis(100);

        @Parameters(index = "0", paramLabel = "ID", description = "its --node-id")
        private String id;

        @Parameters(index = "1", paramLabel = "ADDRESS", description = "host:port of its Raft port (--raft-port)")
        private String address;

        @Option(names = "--learner", description = "it copies and serves readers, but never votes")
        private boolean learner;

        @Option(names = "--wait", paramLabel = "TIME", description = "until it votes, for example 30s (default: not)")
        private String wait = "0s";

        @Override
        int ask(Api api, PrintWriter out) {
            long waitMs = Words.ms("--wait", wait);
            JsonObject member = added(api.patient(Duration.ofMillis(waitMs)), waitMs);
            boolean votes = member.getBoolean("voter");
            done(
                    out,
                    member,
                    votes
                            ? id + " is a member and votes"
                            : learner
                                    ? id + " is a member, a learner"
                                    : id + " is a member and catches up; it votes as soon as it has ("
                                            + Program.line("members list --watch") + ")");
            return waitMs > 0 && !votes && !learner ? ExitCode.NO : 0;
        }

        /** A node that was started a moment ago may not listen yet. */
        private JsonObject added(Api api, long waitMs) {
            JsonObject order =
                    new JsonObject().put("id", id).put("address", address).put("voter", !learner);
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
            Optional<CatchingUp> shown = CatchingUp.of(
                    id, server, waitMs > 0 && !json, spec.commandLine().getErr());
            try {
                for (long leftMs = waitMs; ; leftMs = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())) {
                    try {
                        return api.post("/v1/cluster/members" + (leftMs > 0 ? "?wait=" + leftMs + "ms" : ""), order);
                    } catch (CommandProblem problem) {
                        if (!problem.code().equals("unreachable") || leftMs <= AGAIN.toMillis()) {
                            throw problem;
                        }
                        Pause.of(AGAIN);
                    }
                }
            } finally {
                shown.ifPresent(CatchingUp::close);
            }
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Takes a node out of the cluster; it stays up and serves nothing. A leader hands over first.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} members remove n4"})
    static final class Remove extends NodeCommand {
        @Parameters(paramLabel = "MEMBER", description = "its name; '${ROOT-COMMAND-NAME} members list' shows all")
        private String id;

        @Override
        int ask(Api api, PrintWriter out) {
            JsonObject answer = api.delete("/v1/cluster/members" + Api.path(id));
            out.println(json ? answer.encode() : id + " is no longer a member; its process can be stopped");
            return 0;
        }
    }

    @Command(
            name = "transfer",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Has another voter lead, for example before its machine's leader is stopped for long;",
                "without MEMBER whoever is best placed."
            },
            footer = {
                "",
                "With --from nothing happens unless that node leads: what a script asks for before",
                "it stops a node, whether that one leads or not. It fails while nobody is known to lead.",
                "Examples:",
                "  ${ROOT-COMMAND-NAME} members transfer n2",
                "  ${ROOT-COMMAND-NAME} members transfer --from n1"
            })
    static final class Transfer extends NodeCommand {
        @Parameters(arity = "0..1", paramLabel = "MEMBER", description = "who is to lead; a voter that is up to date")
        private String id;

        @Option(names = "--from", paramLabel = "MEMBER", description = "who is to lead no more, if it does")
        private String from;

        @Override
        int ask(Api api, PrintWriter out) {
            if (id != null && from != null) {
                throw new CommandProblem(ExitCode.USAGE, "MEMBER and --from are both given; one of them is meant");
            }
            JsonObject order = new JsonObject();
            if (id != null) {
                order.put("to", id);
            } else if (from != null) {
                order.put("from", from);
            }
            JsonObject answer = api.post("/v1/cluster/transfer", order);
            String leader = answer.getString("leader");
            if (json) {
                out.println(answer.encode());
            } else if (leader == null) {
                out.println("nobody leads at the moment");
            } else {
                out.println(leader + " leads, in term " + answer.getLong("term"));
            }
            return 0;
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Shows the members, as the node asked sees them. Only a leader knows what others hold.")
    static final class Show extends StateCommand {
        @Override
        int show(Api api, PrintWriter out) {
            return list(api, out, json);
        }

        private static void print(PrintWriter out, JsonObject status, JsonArray members) {
            List<String[]> rows = new ArrayList<>();
            rows.add(new String[] {"ID", "ROLE", "ADDRESS", "HTTP", "MATCH", "REACHABLE", "VERSION", "LEVEL"});
            for (int i = 0; i < members.size(); i++) {
                JsonObject member = members.getJsonObject(i);
                String id = member.getString("id");
                long match = member.getLong("matchIndex");
                rows.add(new String[] {
                    id,
                    id.equals(status.getString("leader")) ? "leader" : member.getBoolean("voter") ? "voter" : "learner",
                    member.getString("address"),
                    member.getString("httpAddress", "-"),
                    match < 0 ? "-" : String.valueOf(match),
                    member.getBoolean("reachable") ? "yes" : "no",
                    ClusterView.version(member),
                    ClusterView.level(member)
                });
            }
            Table.print(out, rows);
        }
    }
}
