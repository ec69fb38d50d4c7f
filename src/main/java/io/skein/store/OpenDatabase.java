package io.skein.store;

import io.skein.machine.FeatureLevel;
import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The database of a data directory, opened for writing, brought up to date and checked against its sentinel. */
record OpenDatabase(
        Path file, Connection connection, Sentinel sentinel, long incarnation, Progress progress, Image image) {
    private static final Logger LOG = LoggerFactory.getLogger(OpenDatabase.class);

    /**
     * Makes the database when the directory was never used.
     *
     * @throws WentBackwards when the database holds less than the sentinel saw, and durability is not relaxed
     * @throws UnusableDatabase when it is not one that this node can use
     * @throws Damaged when its rows cannot be what was written
     */
    static OpenDatabase open(
            DataDirectory directory, StoreConfig config, NodeId id, StoreListener listener, Faults faults)
            throws IOException, SQLException {
        Optional<Path> current = directory.generation();
        Path generation = current.isPresent() ? current.get() : directory.newGeneration();
        Path file = generation.resolve(DataDirectory.DATABASE);
        Sentinel sentinel = new Sentinel(generation.resolve(Sentinel.FILE));
        Connection connection = null;
        try {
            if (current.isPresent() && !Files.exists(file)) {
                throw WentBackwards.isGone(file, sentinel.read());
            }
            connection = Database.openWriter(file, config);
            faults.opened(connection);
            Database.migrate(connection, file);
            Database.initialize(connection, file, id);
            long incarnation = Database.number(connection, "SELECT incarnation FROM node");
            ImageLoader loader = new ImageLoader(connection);
            Progress progress = loader.progress();
            checkLevel(loader, file);
            Sentinel.Mark actual = new Sentinel.Mark(incarnation, progress.batch());
            if (current.isEmpty()) {
                sentinel.reset(actual);
                directory.switchTo(generation);
            } else {
                compare(sentinel, actual, file, progress.lastIndex(), config, listener);
            }
            Image image = loader.image(progress);
            catchUp(connection, image.featureLevel(), file);
            return new OpenDatabase(file, connection, sentinel, incarnation, progress, image);
        } catch (Exception | Error failed) {
            sentinel.close();
            if (connection != null) {
                connection.close();
            }
            if (Database.isDamage(failed)) {
                throw new Damaged("the database " + file + ": " + failed.getMessage(), failed);
            }
            throw failed;
        }
    }

    /** Also of what is not committed: who wrote it had found that all members, this one too, ran a build that knows it. */
    private static void checkLevel(ImageLoader loader, Path file) throws SQLException {
        int level = loader.lastConfiguration()
                .map(ClusterConfiguration::featureLevel)
                .orElse(FeatureLevel.FIRST);
        if (level > FeatureLevel.NEWEST) {
            throw UnusableDatabase.newer(
                    file,
                    "its cluster is at feature level " + level + ", this Skein knows levels up to "
                            + FeatureLevel.NEWEST);
        }
        if (level < FeatureLevel.OLDEST) {
            throw new UnusableDatabase(
                    file,
                    "its cluster is at feature level " + level + ", this Skein works at " + FeatureLevel.OLDEST
                            + " and above: run a Skein between the two first, until the level has risen");
        }
    }

    /**
     * A build before the level takes the entry that raises it for any other configuration and goes on above it, so the
     * rows have no schema of the level. They have nothing of the level either, as that build could not have read it. That
     * the raise is not in the state's hash is found by the cluster, which compares.
     */
    private static void catchUp(Connection connection, int level, Path file) throws SQLException {
        if (Database.schemaVersion(connection) < Database.schemaOf(level)) {
            LOG.warn(
                    "an older Skein worked on {} after its cluster had come to feature level {}: it gets the tables of that"
                            + " level now",
                    file,
                    level);
            Database.catchUp(connection, level);
        }
    }

    private static void compare(
            Sentinel sentinel,
            Sentinel.Mark actual,
            Path file,
            long lastIndex,
            StoreConfig config,
            StoreListener listener)
            throws IOException {
        Optional<Sentinel.Mark> promised = sentinel.read();
        Optional<WentBackwards> problem =
                promised.flatMap(mark -> WentBackwards.between(mark, actual, file, lastIndex));
        if (problem.isPresent()) {
            if (config.durability() == StoreConfig.Durability.FSYNC) {
                throw problem.get();
            }
            LOG.warn(
                    "{}; going on, because durability is relaxed", problem.get().getMessage());
            listener.wentBackwards(problem.get().getMessage());
        }
        if (problem.isPresent() || promised.isEmpty()) {
            sentinel.reset(actual);
        }
    }

    void close() throws SQLException, IOException {
        try {
            connection.close();
        } finally {
            sentinel.close();
        }
    }
}
