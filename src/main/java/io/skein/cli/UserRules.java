package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Who may do what with which topics: commands of {@code users}. */
final class UserRules {
    private UserRules() {}

    static JsonArray rules(Api api, String account) {
        return api.get("/v1/access" + (account == null ? "" : "?account=" + Api.query(account)))
                .getJsonArray("rules");
    }

    /** For {@link Table}. */
    static List<String[]> rows(JsonArray rules) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"RULE", "ACTION", "FILTER"});
        for (int i = 0; i < rules.size(); i++) {
            JsonObject rule = rules.getJsonObject(i);
            rows.add(new String[] {
                rule.getBoolean("allow") ? "allow" : "forbid", rule.getString("action"), rule.getString("filter")
            });
        }
        return rows;
    }

    /** Whom a rule is for, and what it is about, as typed: {@code anna publish orders/#}, {@code --everyone ...}. */
    static final class Rule {
        @Option(names = "--everyone", description = "for every member, in place of ACCOUNT")
        private boolean everyone;

        @Parameters(
                arity = "2..3",
                paramLabel = "ACCOUNT ACTION FILTER",
                hideParamSyntax = true,
                description = "an account; publish, subscribe (read, follow, pull) or manage (configure and delete"
                        + " topics, make subscriptions); a topic, or a filter with + and #")
        private List<String> words = List.of();

        /** Null: everyone. */
        private String account() {
            int expected = everyone ? 2 : 3;
            if (words.size() != expected) {
                throw new CommandProblem(
                        ExitCode.USAGE,
                        everyone
                                ? "--everyone is followed by ACTION and FILTER, without an ACCOUNT"
                                : "ACCOUNT, ACTION and FILTER are needed; --everyone stands in place of an ACCOUNT");
            }
            return everyone ? null : words.get(0);
        }

        private String action() {
            return words.get(words.size() - 2);
        }

        private String filter() {
            return words.get(words.size() - 1);
        }

        private String whom() {
            return everyone ? "everyone" : words.get(0);
        }

        JsonObject set(Api api, boolean allow) {
            String account = account();
            JsonObject rule = new JsonObject()
                    .put("filter", filter())
                    .put("action", action())
                    .put("allow", allow);
            if (account != null) {
                rule.put("account", account);
            }
            api.put("/v1/access", rule.encode());
            return rule;
        }

        void unset(Api api) {
            String account = account();
            api.delete("/v1/access?filter=" + Api.query(filter()) + "&action=" + Api.query(action())
                    + (account == null ? "" : "&account=" + Api.query(account)));
        }
    }

    @Command(
            name = "allow",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Allows something with the topics of a filter; a rule that forbids wins all the same.",
            footer = {
                "",
                "A filter that begins with + or # does not reach names that begin with $; name those.",
                "Examples:",
                "  ${ROOT-COMMAND-NAME} users allow anna publish 'orders/#'",
                "  ${ROOT-COMMAND-NAME} users allow anna subscribe '$dead/billing'",
                "  ${ROOT-COMMAND-NAME} users allow --everyone subscribe 'news/#'"
            })
    static final class Allow extends NodeCommand {
        @Mixin
        private Rule rule;

        @Override
        int ask(Api api, PrintWriter out) {
            done(out, rule.set(api, true), rule.whom() + " may " + rule.action() + " " + rule.filter());
            return 0;
        }
    }

    @Command(
            name = "forbid",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Forbids something with the topics of a filter, whatever other rules allow.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} users forbid anna publish 'orders/audit/#'"})
    static final class Forbid extends NodeCommand {
        @Mixin
        private Rule rule;

        @Override
        int ask(Api api, PrintWriter out) {
            done(out, rule.set(api, false), rule.whom() + " may not " + rule.action() + " " + rule.filter());
            return 0;
        }
    }

    @Command(
            name = "unset",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Takes a rule away, be it one that allows or one that forbids.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} users unset anna publish 'orders/#'"})
    static final class Unset extends NodeCommand {
        @Mixin
        private Rule rule;

        @Override
        int ask(Api api, PrintWriter out) {
            rule.unset(api);
            done(
                    out,
                    new JsonObject(),
                    "no rule is left for " + rule.whom() + " about " + rule.action() + " " + rule.filter());
            return 0;
        }
    }

    @Command(
            name = "rules",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Shows the rules for an account, or those for everyone.",
            footer = {
                "",
                "Examples:",
                "  ${ROOT-COMMAND-NAME} users rules anna",
                "  ${ROOT-COMMAND-NAME} users rules --everyone --json"
            })
    static final class Listing extends StateCommand {
        @Parameters(arity = "0..1", paramLabel = "ACCOUNT", description = "an account's name")
        private String name;

        @Option(names = "--everyone", description = "those for every member")
        private boolean everyone;

        @Override
        int show(Api api, PrintWriter out) {
            if (everyone == (name != null)) {
                throw new CommandProblem(ExitCode.USAGE, "an ACCOUNT, or --everyone");
            }
            JsonArray rules = rules(api, name);
            if (json) {
                out.println(rules.encode());
            } else if (rules.isEmpty()) {
                out.println(
                        everyone
                                ? "there are no rules for everyone"
                                : "there are no rules for " + name + "; those for everyone hold for it, too");
            } else {
                Table.print(out, rows(rules));
            }
            return 0;
        }
    }
}
