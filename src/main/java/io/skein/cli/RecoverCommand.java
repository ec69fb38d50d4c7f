package io.skein.cli;

import io.skein.cluster.Recovery;
import io.skein.node.ExitCode;
import io.skein.raft.NodeId;
import io.skein.replica.Image;
import io.skein.store.Damaged;
import io.skein.store.DataDirectory;
import io.skein.store.DataDirectoryInUse;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.skein.store.UnusableDatabase;
import io.skein.store.WentBackwards;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The last resort. */
@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "The last resort: makes a stopped node go on alone, with what its disk holds.",
            "For a cluster whose majority is gone for good, and for a single node whose database went backwards (exit"
                    + " code 75).",
            "Says what can be lost and changes nothing, unless --accept-loss is given."
        },
        footer = {
            "",
            "A majority that can still be started loses nothing: start it instead.",
            "Of several nodes that are left, recover the one with the highest committed",
            "log, and only that one.",
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} recover --data-dir skein-cluster/n3",
            "  ${ROOT-COMMAND-NAME} recover --data-dir skein-cluster/n3 --accept-loss",
            "Exit codes: 0 done, 1 nothing was changed, 64 no data there, 73 a process holds",
            "it, 74 damaged."
        })
final class RecoverCommand implements Callable<Integer> {
    private static final long OPEN_SECONDS = 120;

    @Spec
    private CommandSpec spec;

    @Option(names = "--data-dir", required = true, paramLabel = "DIR", description = "of the node, which is stopped")
    private Path dir;

    @Option(names = "--accept-loss", description = "does it")
    private boolean accepted;

    @Option(names = "--json", description = "one JSON line: {\"node\",\"done\",\"term\",\"lastIndex\",\"voters\"}")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (!DataDirectory.isUsed(dir)) {
            throw new CommandProblem(ExitCode.USAGE, "there is no node's data in " + dir);
        }
        Progress progress = Progress.of(spec.commandLine().getErr(), json);
        try (DataDirectory directory = DataDirectory.lock(dir)) {
            return recover(directory, progress);
        } catch (DataDirectoryInUse running) {
            throw new CommandProblem(
                    ExitCode.DATA_DIRECTORY_IN_USE, running.getMessage() + "; stop the node before it is recovered");
        } catch (UnusableDatabase foreign) {
            throw new CommandProblem(ExitCode.USAGE, foreign.getMessage());
        } catch (Damaged damaged) {
            throw new CommandProblem(
                    ExitCode.DISK_ERROR, damaged.getMessage() + "; this does not mend damage: restore a backup");
        } catch (UncheckedIOException unusable) {
            throw new CommandProblem(ExitCode.DISK_ERROR, unusable.getMessage());
        } finally {
            progress.end();
        }
    }

    private int recover(DataDirectory directory, Progress progress) throws Exception {
        NodeId node = Store.owner(directory)
                .orElseThrow(() -> new CommandProblem(
                        ExitCode.USAGE, "there is no node's database in " + dir + ": nothing can be recovered there"));
        System.setProperty("org.sqlite.tmpdir", directory.temporary().toString());
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setFileSystemOptions(new FileSystemOptions()
                        .setFileCacheDir(directory.temporary().resolve("vertx").toString())));
        try {
            Optional<WentBackwards> lost =
                    Ticker.beside(progress, "reads what is in " + dir, () -> backwards(vertx, directory, node));
            progress.end();
            if (lost.isPresent() && !accepted) {
                return explainBackwards(node, lost.get());
            }
            if (lost.isPresent()) {
                Store.acceptLoss(directory);
            }
            Store store = open(vertx, directory, node);
            try {
                return goOn(store, node, lost.isPresent());
            } finally {
                store.closeKeepingDirectory().await(OPEN_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            Sockets.close(vertx);
        }
    }

    private static Store open(Vertx vertx, DataDirectory directory, NodeId node) throws Exception {
        return Store.open(
                        vertx, directory, StoreConfig.at(directory.path()).withoutScrubbing(), node, StoreListener.NONE)
                .await(OPEN_SECONDS, TimeUnit.SECONDS);
    }

    private static Optional<WentBackwards> backwards(Vertx vertx, DataDirectory directory, NodeId node)
            throws Exception {
        try {
            open(vertx, directory, node).closeKeepingDirectory().await(OPEN_SECONDS, TimeUnit.SECONDS);
            return Optional.empty();
        } catch (WentBackwards problem) {
            return Optional.of(problem);
        }
    }

    private int explainBackwards(NodeId node, WentBackwards lost) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new JsonObject()
                    .put("node", node.value())
                    .put("done", false)
                    .put("wentBackwards", lost.getMessage())
                    .encode());
            out.flush();
            return ExitCode.NO;
        }
        out.printf("%s: %s.%n%n", node, lost.getMessage());
        out.println("What is missing was acknowledged, and is not on this disk any more: the disk, a copy put back by");
        out.println(
                "hand, or a file system that lied about a flush. As a member of a cluster this node gets it back by");
        out.println("itself: start it. Alone, it can only go on without:");
        out.println("  lost      everything published in the missing batches");
        out.println("  gaps      whoever resumes with a cursor from beyond what is left is told of a gap");
        out.println("  better    a newer copy of the data directory or a backup, if there is one");
        return unchanged(out);
    }

    private int goOn(Store store, NodeId node, boolean wentBackwards) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Image image = store.image();
        List<NodeId> voters = image.configuration().voters();
        if (image.clusterId() == 0) {
            throw new CommandProblem(1, node + " belongs to no cluster yet: there is nothing to recover");
        }
        if (!wentBackwards && voters.equals(List.of(node))) {
            throw new CommandProblem(
                    1, node + " is a cluster of one and its database is whole: start it, there is nothing to recover");
        }
        JsonObject told = new JsonObject()
                .put("node", node.value())
                .put("done", accepted)
                .put("term", image.hardState().term())
                .put("lastIndex", image.lastIndex())
                .put("voters", new JsonArray(voters.stream().map(NodeId::value).toList()));
        if (json && !accepted) {
            out.println(told.encode());
            out.flush();
            return ExitCode.NO;
        }
        if (!accepted) {
            explainQuorum(out, node, image, voters);
            return unchanged(out);
        }
        Recovery.alone(store, node, image).await(OPEN_SECONDS, TimeUnit.SECONDS);
        if (json) {
            out.println(told.encode());
            out.flush();
            return 0;
        }
        out.printf("%s is a cluster of one now and has everything up to log entry %d.%n", node, image.lastIndex());
        out.printf("  start     %s%n", Program.line("serve --node-id " + node + " --data-dir " + dir));
        out.printf("  grow      %s%n", Program.line("members add n2 HOST:PORT --wait 30s"));
        out.println("            for each new node, which is started with --join");
        if (image.configuration().members().size() > 1) {
            out.println("Nodes of the old cluster cannot come back as they were: --join makes them new ones.");
        }
        out.flush();
        return 0;
    }

    private void explainQuorum(PrintWriter out, NodeId node, Image image, List<NodeId> voters) {
        int majority = voters.size() / 2 + 1;
        out.printf(
                "%s: one of a cluster whose voters are %s; term %d, log up to %d, committed as far as it knows up to %d.%n%n",
                node, voters, image.hardState().term(), image.lastIndex(), Recovery.surelyShared(node, image));
        out.printf("If %d of them can still be started, start them: nothing is lost then. Otherwise%n", majority);
        out.printf("  kept      everything that is in the log of %s%n", node);
        out.println("  lost      what was acknowledged by the others and had not reached it; nobody can say how much");
        out.println("  extra     what was published and never acknowledged may be there");
        out.printf(
                "  gaps      whoever resumes with a cursor from beyond entry %d is told of a gap%n",
                Recovery.surelyShared(node, image));
        out.println("  others    nodes of the old cluster can never come back as they are, only as new ones (--join)");
    }

    private static int unchanged(PrintWriter out) {
        out.println();
        out.println("Nothing was changed. To go on so: the same command with --accept-loss");
        out.flush();
        return 1;
    }
}
