package io.skein.doctor;

import io.skein.doctor.NodeFacts.Said;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one node says of its disk, its process and who may come in. */
public final class NodeChecks {
    private static final double MIB = 1 << 20;
    private static final double GIB = 1 << 30;
    private static final long DAY_MS = 86_400_000;

    static final double DISK_WARNING = 2 * GIB;
    static final double DISK_WRONG = 256 * MIB;
    static final double FSYNC_WARNING_SECONDS = 0.010;
    static final double FSYNC_WRONG_SECONDS = 0.100;
    /** Flushes below which a median says nothing. */
    static final long LEAST_FLUSHES = 20;

    static final double WAL_WARNING = 256 * MIB;
    static final double WAL_WRONG = 512 * MIB;
    /** Entries that a start would redo. */
    static final long MUCH_UNSETTLED = 100_000;

    static final double FEW_FILES = 4_096;
    static final long CERTIFICATE_WARNING_MS = 21 * DAY_MS;
    static final long CERTIFICATE_WRONG_MS = 3 * DAY_MS;
    static final long BACKUP_WARNING_MS = 36 * 3_600_000L;
    static final long BACKUP_WRONG_MS = 7 * DAY_MS;
    static final int OLDEST_JAVA = 17;

    private NodeChecks() {}

    /** @param memoryBytes what processes on this machine may take; 0: unknown */
    public static List<Finding> of(NodeFacts node, long nowMs, long memoryBytes) {
        if (node.said().isEmpty()) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(durability(node));
        findings.add(access(node));
        findings.add(certificate(node, nowMs));
        if (node.figures().isEmpty()) {
            findings.add(Finding.skipped("meters", node.name(), "/metrics is not shown to whoever asks here"));
            return findings;
        }
        findings.add(diskSpace(node));
        findings.add(diskSpeed(node));
        findings.add(wal(node));
        findings.add(files(node));
        findings.add(memory(node, memoryBytes));
        findings.add(java(node));
        findings.add(backup(node, nowMs));
        return findings;
    }

    static Finding durability(NodeFacts node) {
        return node.said().map(Said::durable).orElse("").equals("memory")
                ? Finding.warning(
                        "durability",
                        node.name(),
                        "acknowledges before its disk has it (--durability relaxed)",
                        "start it with --durability fsync, unless a loss of power may lose what was acknowledged")
                : Finding.ok("durability", node.name(), "acknowledges what is on the disks of a majority");
    }

    static Finding access(NodeFacts node) {
        boolean clear = node.certificateEndsMs().isEmpty();
        if (node.isOpen() && !node.isLocal()) {
            return Finding.warning(
                    "access",
                    node.name(),
                    "asks nobody who it is, and is reached over the network",
                    "start it with --auth and --tls-cert, unless the network keeps strangers out");
        }
        if (clear && !node.isLocal()) {
            return Finding.warning(
                    "access",
                    node.name(),
                    "tokens and messages go over the network in clear",
                    "start it with --tls-cert and --tls-key, unless something in front of it speaks TLS");
        }
        return Finding.ok(
                "access",
                node.name(),
                node.isOpen() ? "open to everybody on this machine" : "asks for a token" + (clear ? "" : ", over TLS"));
    }

    static Finding certificate(NodeFacts node, long nowMs) {
        OptionalLong ends = node.certificateEndsMs();
        if (ends.isEmpty()) {
            return Finding.skipped("certificate", node.name(), "it shows none");
        }
        long left = ends.getAsLong() - nowMs;
        String says = left < 0 ? "is over since " + -left / DAY_MS + " days" : "is good for " + left / DAY_MS + " days";
        String todo =
                "put a new one in the place of --tls-cert and --tls-key: it is shown within 10 s, without a restart";
        return left < CERTIFICATE_WRONG_MS
                ? Finding.wrong("certificate", node.name(), says, todo)
                : left < CERTIFICATE_WARNING_MS
                        ? Finding.warning("certificate", node.name(), says, todo)
                        : Finding.ok("certificate", node.name(), says);
    }

    static Finding diskSpace(NodeFacts node) {
        OptionalDouble free = node.figures().sum("skein_disk_free_bytes");
        if (free.isEmpty()) {
            return Finding.skipped("disk space", node.name(), "it does not say");
        }
        String says = size(free.getAsDouble()) + " free, the database has "
                + size(node.figures().sum("skein_sqlite_database_bytes").orElse(0));
        String todo = "make room, or have topics keep less: {skein} topics set TOPIC --max-age 1d";
        return free.getAsDouble() < DISK_WRONG
                ? Finding.wrong("disk space", node.name(), says, todo)
                : free.getAsDouble() < DISK_WARNING
                        ? Finding.warning("disk space", node.name(), says, todo)
                        : Finding.ok("disk space", node.name(), says);
    }

    static Finding diskSpeed(NodeFacts node) {
        OptionalDouble median = node.figures().median("skein_sqlite_fsync_duration_seconds", LEAST_FLUSHES);
        if (median.isEmpty()) {
            return Finding.skipped("disk speed", node.name(), "too little was written since its start");
        }
        double ms = median.getAsDouble() * 1000;
        String says = String.format("half of its flushes take less than %.1f ms", ms);
        String todo =
                "every acknowledgement waits for a flush: give it a local SSD; network disks and other load beside it"
                        + " make it slow";
        return median.getAsDouble() > FSYNC_WRONG_SECONDS
                ? Finding.wrong("disk speed", node.name(), says, todo)
                : median.getAsDouble() > FSYNC_WARNING_SECONDS
                        ? Finding.warning("disk speed", node.name(), says, todo)
                        : Finding.ok("disk speed", node.name(), says);
    }

    static Finding wal(NodeFacts node) {
        double wal = node.figures().sum("skein_sqlite_wal_bytes").orElse(0);
        Said said = node.said().orElseThrow();
        long unsettled = Math.max(0, said.applied() - said.settled());
        String says = "write-ahead log " + size(wal) + ", " + unsettled + " entries applied and not in rows yet";
        String todo = "its disk does not keep up, or a long read holds it back; look again in a minute";
        return wal > WAL_WRONG
                ? Finding.wrong("write-ahead log", node.name(), says, todo)
                : wal > WAL_WARNING || unsettled > MUCH_UNSETTLED
                        ? Finding.warning("write-ahead log", node.name(), says, todo)
                        : Finding.ok("write-ahead log", node.name(), says);
    }

    static Finding files(NodeFacts node) {
        OptionalDouble max = node.figures().sum("process_max_fds");
        OptionalDouble open = node.figures().sum("process_open_fds");
        if (max.isEmpty() || open.isEmpty()) {
            return Finding.skipped("open files", node.name(), "it does not say");
        }
        String says = String.format("%.0f of %.0f file descriptors are in use", open.getAsDouble(), max.getAsDouble());
        String todo = "raise the limit where the node is started (ulimit -n 65536, LimitNOFILE=65536)";
        return open.getAsDouble() > 0.8 * max.getAsDouble()
                ? Finding.wrong("open files", node.name(), says, todo)
                : max.getAsDouble() < FEW_FILES
                        ? Finding.warning("open files", node.name(), says + ": each connection takes one", todo)
                        : Finding.ok("open files", node.name(), says);
    }

    static Finding memory(NodeFacts node, long memoryBytes) {
        OptionalDouble heap = node.figures().sum("jvm_memory_max_bytes", "area=\"heap\"");
        if (heap.isEmpty() || heap.getAsDouble() <= 0) {
            return Finding.skipped("memory", node.name(), "it does not say");
        }
        double resident = node.figures().sum("process_resident_memory_bytes").orElse(0);
        String says = "heap of up to " + size(heap.getAsDouble()) + ", " + size(resident) + " in use by the process";
        if (!node.isLocal() || memoryBytes <= 0) {
            return Finding.ok("memory", node.name(), says);
        }
        says += ", " + size(memoryBytes) + " on this machine";
        // Beside the heap: native memory of SQLite, of the network and of the JVM itself.
        return heap.getAsDouble() > 0.9 * memoryBytes
                ? Finding.wrong(
                        "memory",
                        node.name(),
                        says + ": the system will end it when the heap fills",
                        "start it with a smaller heap: SKEIN_JAVA_OPTS=-Xmx" + mib(memoryBytes / 2) + "m")
                : heap.getAsDouble() > 0.75 * memoryBytes
                        ? Finding.warning(
                                "memory",
                                node.name(),
                                says + ": little is left beside the heap",
                                "start it with a smaller heap: SKEIN_JAVA_OPTS=-Xmx" + mib(memoryBytes / 2) + "m")
                        : Finding.ok("memory", node.name(), says);
    }

    static Finding java(NodeFacts node) {
        String version = node.figures().label("skein_build_info", "java").orElse("");
        Matcher feature = Pattern.compile("([0-9]+).*").matcher(version);
        if (!feature.matches()) {
            return Finding.skipped("java", node.name(), "it does not say");
        }
        return Integer.parseInt(feature.group(1)) < OLDEST_JAVA
                ? Finding.wrong(
                        "java", node.name(), "runs on Java " + version, "run it on Java " + OLDEST_JAVA + " or newer")
                : Finding.ok("java", node.name(), "runs on Java " + version);
    }

    static Finding backup(NodeFacts node, long nowMs) {
        OptionalDouble last = node.figures().sum("skein_backup_last_success_timestamp_seconds");
        if (last.isEmpty()) {
            return Finding.skipped("backup", node.name(), "makes none by itself (--backup-dir)");
        }
        long age = nowMs - (long) (last.getAsDouble() * 1000);
        String says = "the last one was made " + Math.max(0, age) / 3_600_000 + " hours ago";
        String todo = "see its log for why the next one failed; make one: {skein} backup";
        // Of a node that does not say how often, or makes them often, as long as people wait for a look in any case.
        double everyMs =
                1000 * node.figures().sum("skein_backup_interval_seconds").orElse(BACKUP_WARNING_MS / 2e3);
        return age > Math.max(BACKUP_WRONG_MS, 4 * everyMs)
                ? Finding.wrong("backup", node.name(), says, todo)
                : age > 2 * everyMs
                        ? Finding.warning("backup", node.name(), says, todo)
                        : Finding.ok("backup", node.name(), says);
    }

    static String size(double bytes) {
        return bytes >= GIB ? String.format("%.1f GiB", bytes / GIB) : String.format("%.0f MiB", bytes / MIB);
    }

    private static long mib(long bytes) {
        return bytes >> 20;
    }
}
