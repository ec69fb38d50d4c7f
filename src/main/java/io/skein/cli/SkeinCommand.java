package io.skein.cli;

import io.skein.node.ConfigurationProblem;
import io.skein.node.ExitCode;
import io.skein.node.Settings;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The root of all commands. */
@Command(
        name = "skein",
        mixinStandardHelpOptions = true,
        versionProvider = SkeinCommand.Version.class,
        subcommands = {
            ServeCommand.class,
            PublishCommand.class,
            ReadCommand.class,
            SubscribeCommand.class,
            PullCommand.class,
            TransactionCommand.class,
            TopicsCommand.class,
            SubscriptionsCommand.class,
            ScheduledCommand.class,
            TraceCommand.class,
            SqlCommand.class,
            StatusCommand.class,
            TopCommand.class,
            ClusterCommand.class,
            MemberCommand.class,
            ConnectionsCommand.class,
            LogCommand.class,
            DoctorCommand.class,
            LoginCommand.class,
            LogoutCommand.class,
            WhoamiCommand.class,
            UserCommand.class,
            LimitsCommand.class,
            ChatCommand.class,
            MailCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            RecoverCommand.class,
            ConfigCommand.class,
            SettingsCommand.class,
            CapabilitiesCommand.class,
            OpenapiCommand.class,
            BenchCommand.class,
            SimCommand.class,
            CompletionCommand.class,
            NamesCommand.class,
            ArchiveCommand.class,
            HelpCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        description = "A durable message broker in one jar: HTTP, WebSocket and TCP in, nothing acknowledged is lost.",
        footerHeading = "%nA first minute:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} serve",
            "  curl -d hi localhost:8080/t/hello",
            "  curl localhost:8080/t/hello",
            "  ${ROOT-COMMAND-NAME} subscribe hello",
            "and look at http://localhost:8080. Three nodes: ${ROOT-COMMAND-NAME} cluster up",
            "",
            "  ${ROOT-COMMAND-NAME} help commands      every command and its verbs, in a line each",
            "  ${ROOT-COMMAND-NAME} help exit-codes    what exit codes mean",
            "  ${ROOT-COMMAND-NAME} completion bash    for the Tab key; also zsh, fish"
        })
public final class SkeinCommand implements Runnable {
    /** What {@link #run} gives when the process goes on: a node was started. */
    public static final int STAYS = -1;

    /** A root with one command, which is made by itself, as only then its model is transformed. */
    @Command(name = "skein")
    static final class One {}

    /** From the jar's manifest. */
    static final class Version implements IVersionProvider {
        static String text() {
            String version = SkeinCommand.class.getPackage().getImplementationVersion();
            return version == null ? "development" : version;
        }

        @Override
        public String[] getVersion() {
            return new String[] {"skein " + text()};
        }
    }

    /** @return the process's exit code, or {@link #STAYS} */
    public static int run(String... arguments) {
        String[] words = Spellings.today(arguments);
        CommandLine line = line(words);
        line.setParameterExceptionHandler((problem, args) -> {
            CommandLine at = problem.getCommandLine();
            at.getErr().println(red("skein: " + sentence(problem, args)));
            at.getErr().println("Try '" + at.getCommandSpec().qualifiedName() + " --help'.");
            return ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((failure, at, parsed) -> {
            if (failure instanceof ConfigurationProblem || failure instanceof CommandProblem) {
                at.getErr().println(red("skein: " + failure.getMessage()));
                return failure instanceof CommandProblem problem ? problem.exitCode() : ExitCode.USAGE;
            }
            at.getErr().println(red("skein: a fault of its own, which is worth a report: " + failure));
            failure.printStackTrace(at.getErr());
            return ExitCode.BROKEN;
        });
        line.setExecutionStrategy(SkeinCommand::execute);
        return line.execute(words);
    }

    /** The last command alone is run: what stands before it would be said to a noun, and get lost. */
    private static int execute(CommandLine.ParseResult parsed) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        for (CommandLine.ParseResult at = parsed; at.hasSubcommand(); at = at.subcommand()) {
            if (!at.matchedArgs().isEmpty()) {
                ArgSpec early = at.matchedArgs().get(0);
                throw new CommandLine.ParameterException(
                        at.subcommand().commandSpec().commandLine(), word(early) + " goes behind the verb");
            }
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static String word(ArgSpec argument) {
        return argument instanceof OptionSpec option
                ? option.names()[0]
                : "\"" + argument.originalStringValues().get(0) + "\"";
    }

    /** No colours into a file: where standard error goes is looked at, and not only where the rest goes. */
    private static String red(String sentence) {
        boolean isForced = System.console() == null
                || !System.getenv().getOrDefault("CLICOLOR_FORCE", "0").equals("0");
        Ansi ansi = isForced || Terminal.isThereForErrors() ? Ansi.AUTO : Ansi.OFF;
        return CommandLine.Help.defaultColorScheme(ansi).errorText(sentence).toString();
    }

    /** All commands. */
    static CommandLine line() {
        return line(new String[0]);
    }

    /**
     * What is needed for a line that was typed: of all commands only the one that it begins with, as making each of them
     * ready takes longer than most of them work. Help is about all of them.
     */
    private static CommandLine line(String... typed) {
        Class<?>[] all = SkeinCommand.class.getAnnotation(Command.class).subcommands();
        Optional<Class<?>> only = Arrays.stream(all)
                .filter(command -> typed.length > 0 && command != HelpCommand.class)
                .filter(command -> command.getAnnotation(Command.class).name().equals(typed[0]))
                .findFirst();
        CommandLine line = only.isPresent()
                ? new CommandLine(new One()).addSubcommand(new CommandLine(only.get()))
                : new CommandLine(new SkeinCommand());
        line.setCommandName(Program.name());
        quiet(line);
        line.setUsageHelpAutoWidth(true);
        line.setAbbreviatedOptionsAllowed(false);
        return line;
    }

    /** What is wrong with the line that was typed. */
    private static String sentence(CommandLine.ParameterException problem, String... typed) {
        if (!(problem instanceof CommandLine.UnmatchedArgumentException unmatched)) {
            return problem.getMessage().replace("option option", "option"); // picocli's own slip
        }
        CommandLine at = problem.getCommandLine();
        String first = unmatched.getUnmatched().get(0);
        if (first.startsWith("-")) {
            String option = first.split("=", 2)[0]; // what was said with it may be a secret
            return "there is no option " + option
                    + Settings.nearest(option, at.getCommandSpec().optionsMap().keySet());
        }
        if (!at.getSubcommands().isEmpty()) {
            // A noun may be followed by a name: then the verb that was meant was taken for one.
            int depth = depth(at);
            String word = at.getCommandSpec().positionalParameters().isEmpty() || depth >= typed.length
                    ? first
                    : typed[depth];
            String meant = Settings.nearest(word, at.getSubcommands().keySet());
            if (at.getCommandSpec().positionalParameters().isEmpty() || !meant.isEmpty()) {
                return "there is no command " + word + meant;
            }
        }
        return "\"" + first + "\" is one argument too many";
    }

    /** Words before what stands behind it. */
    private static int depth(CommandLine at) {
        return at.getParent() == null ? 0 : 1 + depth(at.getParent());
    }

    /** Descriptions say their defaults themselves; each says the program's version. */
    private static void quiet(CommandLine line) {
        line.getCommandSpec().usageMessage().showDefaultValues(false);
        line.getCommandSpec().versionProvider(new Version());
        line.getSubcommands().values().forEach(SkeinCommand::quiet);
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
