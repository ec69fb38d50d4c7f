package io.skein.cli;

import io.skein.cluster.Recovery;
import io.skein.node.ExitCode;
import io.skein.raft.NodeId;
import io.skein.store.BackupFile;
import io.skein.store.Damaged;
import io.skein.store.DataDirectory;
import io.skein.store.DataDirectoryInUse;
import io.skein.store.NoRoom;
import io.skein.store.Store;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A backup becomes the data of a new node. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes a new node's data directory from a backup, which is looked through first.",
            "The node is a cluster of one, and a new one: whoever resumes with a cursor from beyond the backup is told of"
                    + " a gap, and nodes of the cluster that was backed up can only come as new ones.",
            "No node runs meanwhile there, and none has run there before."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} restore backups/today.db --data-dir skein-data",
            "  ${ROOT-COMMAND-NAME} serve --data-dir skein-data",
            "Exit codes: 0 done, 64 usage, or no backup, or the directory is not empty, 65",
            "damaged, 73 a process holds the directory, 74 the disk, or no room."
        })
final class RestoreCommand implements Callable<Integer> {
    /** What may lie in a directory in which no node has run. */
    private static final Set<String> NOTHING = Set.of("lock", "tmp", "lost+found");

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "the backup; FILE.sha256 beside it is compared")
    private Path file;

    @Option(names = "--data-dir", required = true, paramLabel = "DIR", description = "of the new node, empty")
    private Path dir;

    @Option(names = "--node-id", paramLabel = "ID", description = "of the new node (default: n1)")
    private String id = "n1";

    @Option(names = "--json", description = "what was restored as one JSON line")
    private boolean json;

    @Override
    public Integer call() {
        NodeId node;
        try {
            node = new NodeId(id);
        } catch (IllegalArgumentException notOne) {
            throw new CommandProblem(ExitCode.USAGE, "--node-id: " + notOne.getMessage());
        }
        checkUnused();
        BackupFile backup =
                BackupCommand.verified(file, Progress.of(spec.commandLine().getErr(), json));
        Progress progress = Progress.of(spec.commandLine().getErr(), json);
        try (DataDirectory directory = DataDirectory.lock(dir)) {
            Ticker.beside(() -> progress.at("writes it", written(), backup.bytes()), () -> {
                Store.restore(
                        directory, backup, node, (incarnation, image) -> Recovery.alone(node, incarnation, image));
                return backup;
            });
        } catch (DataDirectoryInUse running) {
            throw new CommandProblem(ExitCode.DATA_DIRECTORY_IN_USE, running.getMessage());
        } catch (Damaged changed) {
            throw new CommandProblem(ExitCode.DAMAGED, changed.getMessage());
        } catch (NoRoom no) {
            throw new CommandProblem(ExitCode.DISK_ERROR, no.getMessage());
        } catch (IOException failed) {
            throw new CommandProblem(ExitCode.DISK_ERROR, "data directory " + dir + ": " + failed.getMessage());
        } catch (UncheckedIOException unusable) {
            throw new CommandProblem(ExitCode.DISK_ERROR, unusable.getMessage());
        } finally {
            progress.end();
        }
        say(backup, node);
        return 0;
    }

    /** Bytes below the directory. */
    private long written() {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.map(Path::toFile).mapToLong(File::length).sum();
        } catch (IOException | UncheckedIOException moving) {
            return 0;
        }
    }

    private void checkUnused() {
        if (DataDirectory.isUsed(dir)) {
            throw new CommandProblem(
                    ExitCode.USAGE,
                    "there is a node's data in " + dir + ", and a restore takes nothing away: name another directory,"
                            + " or stop the node and move this one away");
        }
        if (!Files.isDirectory(dir)) {
            return;
        }
        try (Stream<Path> files = Files.list(dir)) {
            files.map(path -> path.getFileName().toString())
                    .filter(name -> !NOTHING.contains(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw new CommandProblem(
                                ExitCode.USAGE,
                                dir + " is not empty (" + name
                                        + "), and a restore takes nothing away: name another directory, or empty this"
                                        + " one; what a restore left that was interrupted can go");
                    });
        } catch (IOException unreadable) {
            throw new CommandProblem(ExitCode.DISK_ERROR, dir + " cannot be read: " + unreadable.getMessage());
        }
    }

    private void say(BackupFile backup, NodeId node) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(BackupReport.json(backup)
                    .put("node", node.value())
                    .put("dataDir", dir.toString())
                    .encode());
        } else {
            out.printf(
                    "%s in %s has everything up to log entry %d, %s:%n",
                    node,
                    dir,
                    backup.settled().index(),
                    Readable.text(backup.settled().time()));
            out.printf("  %s%n", BackupReport.contents(backup));
            out.println("It is a cluster of one, and a new one.");
            out.printf("  start     %s%n", Program.line("serve --node-id " + node + " --data-dir " + dir));
            out.printf("  grow      %s%n", Program.line("members add n2 HOST:PORT --wait 30s"));
            out.println("            for each other node, which is started with --join and an empty data directory");
        }
        out.flush();
    }
}
