package io.skein.cli;

import io.skein.node.ExitCode;
import io.skein.store.BackupFile;
import io.skein.store.Damaged;
import io.skein.store.UnusableDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Fetches a backup from a running node, or looks an old one through. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Fetches a backup from a running node: one SQLite file with all it has, as of one moment.",
            "It is checked against the node's checksum, looked through row by row and on the disk before it gets its"
                    + " name; beside it lies FILE.sha256, as sha256sum -c reads it. Nothing is overwritten.",
            "It holds the hashes of passwords and tokens too, so only its owner may read it: keep it as safe as the node's"
                    + " own data."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} backup                      into this directory, under a name of its own",
            "  ${ROOT-COMMAND-NAME} backup /backups/today.db",
            "  ${ROOT-COMMAND-NAME} backup --verify /backups/today.db",
            "Exit codes: 0 done, or sound; 1 there is no backup: the node gave none, or it broke",
            "off; 64 usage, or the file is there already, or is no backup; 65 damaged; 69 no node",
            "answers; 74 the disk here; 77 the node does not let one (only admins may)."
        })
final class BackupCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE|DIR",
            description = "where it goes; in a directory it gets the name that the node gives it (default: .)")
    private Path target;

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            description =
                    "linearizable: all that was acknowledged before is in it (default); none: what this node has, also"
                            + " without a leader")
    private String level = "linearizable";

    @Option(names = "--verify", paramLabel = "FILE", description = "looks an old one through; asks no node")
    private Path old;

    @Option(names = "--json", description = "what it holds as one JSON line")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (old != null) {
            if (target != null) {
                throw new CommandProblem(ExitCode.USAGE, "--verify looks at " + old + " and fetches nothing");
            }
            BackupFile sound = verified(old, progress());
            out.println(json ? BackupReport.json(sound).encode() : BackupReport.text(sound));
            out.flush();
            return 0;
        }
        BackupFile made = new BackupDownload(new Api(server), level, progress()).into(target());
        out.println(json ? BackupReport.json(made).encode() : BackupReport.text(made));
        out.flush();
        return 0;
    }

    private Path target() {
        Path asked = target == null ? Path.of(".") : target;
        if (Files.exists(asked) && !Files.isDirectory(asked)) {
            throw new CommandProblem(ExitCode.USAGE, asked + " is there already, and nothing is overwritten");
        }
        return asked;
    }

    /** How far it is; whoever reads JSON is told nothing. */
    private Progress progress() {
        return Progress.of(spec.commandLine().getErr(), json);
    }

    /** An old backup, with its checksum where there is one. */
    static BackupFile verified(Path file, Progress progress) {
        if (!Files.isRegularFile(file)) {
            throw new CommandProblem(ExitCode.USAGE, "there is no file " + file);
        }
        try {
            Optional<String> written = BackupFile.writtenChecksum(file);
            BackupFile backup =
                    Ticker.beside(progress, "looks " + file + " through", () -> BackupFile.verify(file, () -> {}));
            if (written.isPresent() && !written.get().equals(backup.sha256())) {
                throw new CommandProblem(
                        ExitCode.DAMAGED,
                        file + " is not what " + BackupFile.checksumOf(file)
                                + " says, though every row that carries a checksum is sound: a byte outside of those"
                                + " has changed, or the file was opened for writing");
            }
            return backup;
        } catch (Damaged damaged) {
            throw new CommandProblem(ExitCode.DAMAGED, "damaged: " + damaged.getMessage());
        } catch (UnusableDatabase foreign) {
            throw new CommandProblem(ExitCode.USAGE, foreign.getMessage());
        } catch (IOException unreadable) {
            throw new CommandProblem(ExitCode.DISK_ERROR, file + " cannot be read: " + unreadable.getMessage());
        } finally {
            progress.end();
        }
    }
}
