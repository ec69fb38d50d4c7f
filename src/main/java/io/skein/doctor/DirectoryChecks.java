package io.skein.doctor;

import io.skein.store.Checkup;
import io.skein.store.Checkup.Contents;
import io.skein.store.Checkup.Hold;
import io.skein.store.Checkup.Obstacle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What lies in a data directory. */
public final class DirectoryChecks {
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");
    private static final Set<String> OF_A_CONTAINER = Set.of("overlay", "overlayfs", "aufs");
    private static final Set<String> OVER_THE_NETWORK = Set.of(
            "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs");

    /** A clock that was set back may be this much behind the log. */
    static final long CLOCK_BEHIND_MS = 60_000;

    private DirectoryChecks() {}

    public static List<Finding> of(Checkup directory, long nowMs) {
        List<Finding> findings = new ArrayList<>();
        findings.add(there(directory));
        if (!directory.isThere()) {
            return findings;
        }
        findings.add(permissions(directory));
        findings.add(fileSystem(directory));
        findings.add(space(directory));
        findings.add(pointer(directory));
        if (directory.database().isEmpty()) {
            directory.problem().ifPresent(why -> findings.add(unusable(why)));
            if (!directory.denied().isEmpty()) {
                findings.add(Finding.skipped("database", "", "left alone, as not all of it may be read and written"));
            }
            return findings;
        }
        Contents database = directory.database().get();
        findings.add(schema(database));
        findings.add(structure(directory.hold(), database));
        findings.add(rows(database));
        findings.add(sentinel(directory, database));
        findings.add(clock(database, nowMs));
        findings.add(asides(directory));
        return findings;
    }

    static Finding there(Checkup directory) {
        if (!directory.isThere()) {
            return Finding.wrong(
                    "directory",
                    "",
                    directory.directory() + " is not there",
                    "name the one given as --data-dir to serve");
        }
        String node = directory
                .database()
                .flatMap(Contents::node)
                .map(id -> " of node " + id)
                .orElse("");
        return Finding.ok(
                "directory",
                "",
                directory.directory()
                        + node
                        + switch (directory.hold()) {
                            case HELD -> ", a process works there";
                            case FREE -> ", nobody works there";
                            case UNKNOWN -> ", and whether a process works there cannot be seen";
                        });
    }

    static Finding permissions(Checkup directory) {
        return directory.denied().isEmpty()
                ? Finding.ok("permissions", "", "all of it may be read and written by who asks here")
                : Finding.wrong(
                        "permissions",
                        "",
                        "may not be read and written by who asks here: " + directory.denied(),
                        "run this as the node's own user; else give the directory to it: chown -R USER "
                                + directory.directory());
    }

    static Finding fileSystem(Checkup directory) {
        String type = directory.fileSystem().toLowerCase(Locale.ROOT);
        if (IN_MEMORY.contains(type)) {
            return Finding.wrong(
                    "file system",
                    "",
                    type + ": what is there is gone with the machine's memory",
                    "put the data on a disk");
        }
        if (OF_A_CONTAINER.contains(type)) {
            return Finding.warning(
                    "file system",
                    "",
                    type + ": what is there goes with the container, unless this is a whole machine's root",
                    "mount a volume there");
        }
        if (OVER_THE_NETWORK.contains(type)) {
            return Finding.warning(
                    "file system",
                    "",
                    type + ": over a network locks and flushes may not do what SQLite asks of them",
                    "put the data on a local disk; the other nodes have it too");
        }
        return type.isEmpty()
                ? Finding.skipped("file system", "", "the system does not say")
                : Finding.ok("file system", "", type);
    }

    static Finding space(Checkup directory) {
        String says =
                NodeChecks.size(directory.freeBytes()) + " of " + NodeChecks.size(directory.totalBytes()) + " free";
        if (directory.totalBytes() <= 0) {
            return Finding.skipped("disk space", "", "the system does not say");
        }
        return directory.freeBytes() < NodeChecks.DISK_WRONG
                ? Finding.wrong("disk space", "", says, "make room: a node whose disk is full refuses publishes")
                : directory.freeBytes() < NodeChecks.DISK_WARNING
                        ? Finding.warning("disk space", "", says, "make room before it is full")
                        : Finding.ok("disk space", "", says);
    }

    static Finding pointer(Checkup directory) {
        if (directory.current().isPresent()) {
            return Finding.wrong(
                    "generation",
                    "",
                    directory.current().get(),
                    "a member of a cluster: move the directory away, and start with an empty one; it comes back as new."
                            + " Alone: restore a backup");
        }
        return directory.generation().isEmpty()
                ? Finding.skipped("generation", "", "no node has worked here yet")
                : Finding.ok("generation", "", directory.generation().get() + " counts");
    }

    static Finding unusable(Obstacle problem) {
        return Finding.wrong(
                "database",
                "",
                problem.why(),
                problem.isNewer()
                        ? "run the Skein that wrote it, or a newer one; the data is well"
                        : "a member of a cluster: start it with --peers, and it comes back from the others. Alone: restore a"
                                + " backup; see {skein} recover --help");
    }

    static Finding schema(Contents database) {
        int version = database.schemaVersion();
        String says = "version " + version + ", " + NodeChecks.size(database.bytes()) + " and "
                + NodeChecks.size(database.walBytes()) + " of write-ahead log";
        if (version < database.startSchemaVersion()) {
            says += "; the next start brings it to " + database.startSchemaVersion()
                    + ", and no older Skein opens it then";
        } else if (version < database.knownSchemaVersion()) {
            says += "; " + database.knownSchemaVersion() + " comes with the cluster's feature level";
        }
        return Finding.ok("schema", "", says);
    }

    static Finding structure(Hold hold, Contents database) {
        return database.structure()
                .map(why -> damage("structure", why))
                .orElseGet(() -> database.isStructureWhole()
                        ? Finding.ok("structure", "", "the database's pages fit together")
                        : Finding.skipped(
                                "structure",
                                "",
                                hold == Hold.FREE
                                        ? "not looked at to the end within the time (--within)"
                                        : "not looked at to the end, as that would disturb the node that works there"));
    }

    static Finding rows(Contents database) {
        return database.rows()
                .map(why -> damage("checksums", why))
                .orElseGet(() -> database.isWhole()
                        ? Finding.ok("checksums", "", "every row that has one is what was written")
                        : Finding.skipped("checksums", "", "not looked at to the end within the time (--within)"));
    }

    private static Finding damage(String check, String why) {
        return Finding.wrong(
                check,
                "",
                why,
                "a member of a cluster: start it with --peers; it lays the damage aside and comes back from the others."
                        + " Alone: restore a backup. Look at the disk (smartctl, dmesg) before it is trusted again");
    }

    static Finding sentinel(Checkup directory, Contents database) {
        return database.backwards()
                .map(why -> Finding.wrong(
                        "sentinel",
                        "",
                        why,
                        "a member of a cluster: start it with --peers, and it comes back from the others. Alone: a newer"
                                + " copy or a backup; else {skein} recover --data-dir " + directory.directory()))
                .orElseGet(() -> Finding.ok(
                        "sentinel",
                        "",
                        "everything that was written once is there, up to log entry " + database.lastIndex()
                                + " of term " + database.term()));
    }

    static Finding clock(Contents database, long nowMs) {
        long ahead = database.stampMs() - nowMs;
        return ahead > CLOCK_BEHIND_MS
                ? Finding.warning(
                        "clock",
                        "",
                        "the newest entry was stamped " + ahead / 1000 + " s after what this machine's clock shows",
                        "have NTP set the clock")
                : Finding.ok("clock", "", "this machine's clock is not behind the log");
    }

    static Finding asides(Checkup directory) {
        return directory.asides().isEmpty()
                ? Finding.ok("laid aside", "", "nothing: the node never lost what it had")
                : Finding.warning(
                        "laid aside",
                        "",
                        directory.asides().size() + " times this node came back as a new one: " + directory.asides(),
                        "look at its disk and its log of then; remove them when they are no longer needed");
    }
}
