package io.skein.cli;

import io.skein.doctor.ClusterChecks;
import io.skein.doctor.ClusterFacts;
import io.skein.doctor.DirectoryChecks;
import io.skein.doctor.EnvironmentChecks;
import io.skein.doctor.Finding;
import io.skein.doctor.NodeChecks;
import io.skein.doctor.NodeFacts;
import io.skein.doctor.Verdict;
import io.skein.doctor.WorkChecks;
import io.skein.frame.Durations;
import io.skein.frame.Malformed;
import io.skein.node.ConfigurationProblem;
import io.skein.node.ExitCode;
import io.skein.node.Settings;
import io.skein.store.Checkup;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks at everything that is known to go wrong, and says what to do. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Checks a running node and its cluster, or what lies in a data directory, and says what is wrong and what to"
                    + " do.",
            "Changes nothing. With --data-dir alone no node is asked; a directory may be looked at while its node runs."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} doctor",
            "  ${ROOT-COMMAND-NAME} doctor --url https://n2.example:8080 --ca ca.pem",
            "  ${ROOT-COMMAND-NAME} doctor --data-dir skein-data --within 10m",
            "Exit codes: 0 all is well, 1 warnings, 2 something is wrong."
        })
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "of a node, running or not")
    private Path dir;

    @Option(names = "--within", paramLabel = "TIME", description = "how long reading the database may take (30s)")
    private String within = "30s";

    @Option(names = "--all", description = "a line for each check of each node, also where all is well")
    private boolean all;

    @Option(
            names = "--json",
            description = "one JSON line: {\"exit\",\"findings\":[{\"check\",\"node\",\"verdict\",...}]}")
    private boolean json;

    @Override
    public Integer call() {
        long budgetMs;
        try {
            budgetMs = Durations.parseMs(within);
        } catch (Malformed noTime) {
            throw new CommandProblem(ExitCode.USAGE, "--within: " + noTime.getMessage());
        }
        List<Finding> findings = new ArrayList<>();
        boolean isUrlGiven = spec.commandLine().getParseResult().hasMatchedOption("--url");
        if (dir == null || isUrlGiven) {
            findings.addAll(ofCluster());
        }
        if (dir != null) {
            findings.addAll(DirectoryChecks.of(Checkup.look(dir, budgetMs), System.currentTimeMillis()));
        }
        findings.add(EnvironmentChecks.variables(problemOfVariables(System.getenv())));
        int code = Finding.exitCode(findings);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(asJson(findings, code));
        } else {
            print(out, findings);
        }
        out.flush();
        return code;
    }

    private List<Finding> ofCluster() {
        ClusterFacts facts;
        try {
            facts = new Anamnesis(server).ask();
        } catch (CommandProblem denied) {
            if (denied.exitCode() != ExitCode.DENIED) {
                throw denied;
            }
            return List.of(
                    Finding.wrong("token", "", denied.getMessage(), "give one that is good: --token, SKEIN_TOKEN"));
        }
        List<Finding> findings = new ArrayList<>(ClusterChecks.of(facts));
        for (NodeFacts node : facts.nodes()) {
            findings.addAll(NodeChecks.of(node, facts.nowMs(), facts.memoryBytes()));
        }
        if (facts.nodes().stream().anyMatch(node -> node.said().isPresent())) {
            findings.addAll(WorkChecks.of(facts));
        }
        return findings;
    }

    static Optional<String> problemOfVariables(Map<String, String> environment) {
        try {
            Settings.resolve(Map.of(), environment, Optional.empty());
            return Optional.empty();
        } catch (ConfigurationProblem problem) {
            return Optional.of(problem.getMessage());
        }
    }

    private static String asJson(List<Finding> findings, int code) {
        JsonArray list = new JsonArray();
        for (Finding finding : findings) {
            JsonObject one = new JsonObject().put("check", finding.check());
            if (!finding.about().isEmpty()) {
                one.put("node", finding.about());
            }
            one.put("verdict", word(finding.verdict())).put("says", finding.says());
            if (!finding.todo().isEmpty()) {
                one.put("todo", todo(finding));
            }
            list.add(one);
        }
        return new JsonObject().put("exit", code).put("findings", list).encode();
    }

    private static String word(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    private static String todo(Finding finding) {
        return finding.todo().replace("{skein}", Program.name());
    }

    private void print(PrintWriter out, List<Finding> found) {
        List<Finding> findings = all ? found : folded(found);
        int width = findings.stream()
                .mapToInt(finding -> subject(finding).length())
                .max()
                .orElse(0);
        for (Finding finding : findings) {
            String verdict = String.format("%-8s", word(finding.verdict()));
            out.printf(
                    "%s %-" + width + "s  %s%n", painted(finding.verdict(), verdict), subject(finding), finding.says());
            if (!finding.todo().isEmpty()) {
                out.printf("         %-" + width + "s  -> %s%n", "", todo(finding));
            }
        }
        out.println();
        out.println(summary(found));
    }

    /** Of each node one line for all that is well, and one for what could not be looked at. */
    private static List<Finding> folded(List<Finding> findings) {
        List<Finding> shown = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        for (Finding finding : findings) {
            boolean folds = !finding.about().isEmpty()
                    && !finding.check().equals("node")
                    && (finding.verdict() == Verdict.OK || finding.verdict() == Verdict.SKIPPED);
            Integer place = folds ? places.get(finding.about() + finding.verdict()) : null;
            if (place != null) {
                Finding before = shown.get(place);
                String checks = before.says() + ", " + finding.check();
                shown.set(place, new Finding("", before.about(), before.verdict(), checks, ""));
            } else if (folds) {
                places.put(finding.about() + finding.verdict(), shown.size());
                shown.add(new Finding("", finding.about(), finding.verdict(), finding.check(), ""));
            } else {
                shown.add(finding);
            }
        }
        return shown;
    }

    private static String subject(Finding finding) {
        return finding.about().isEmpty()
                ? finding.check()
                : finding.about() + (finding.check().isEmpty() ? "" : ": " + finding.check());
    }

    private static String painted(Verdict verdict, String word) {
        return switch (verdict) {
            case OK -> Ansi.AUTO.string("@|green " + word + "|@");
            case SKIPPED -> Ansi.AUTO.string("@|faint " + word + "|@");
            case WARNING -> Ansi.AUTO.string("@|bold,yellow " + word + "|@");
            case WRONG -> Ansi.AUTO.string("@|bold,red " + word + "|@");
        };
    }

    private static String summary(List<Finding> findings) {
        long wrong = count(findings, Verdict.WRONG);
        long warnings = count(findings, Verdict.WARNING);
        String rest = count(findings, Verdict.OK) + " ok, " + count(findings, Verdict.SKIPPED) + " skipped";
        return wrong == 0 && warnings == 0
                ? "nothing is wrong: " + rest
                : wrong + " wrong, " + warnings + (warnings == 1 ? " warning, " : " warnings, ") + rest;
    }

    private static long count(List<Finding> findings, Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }
}
