package io.skein.cli;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * One node of a cluster on this machine: data in {@code n1/}, what it says in {@code n1.log}, its process in {@code
 * n1.pid} (pid and start time, so that another program that got the same pid later is never taken for it).
 *
 * @param base directory of the cluster, absolute
 * @param tcp 0: no TCP door
 * @param tls its doors speak TLS
 */
record LocalNode(Path base, String id, int http, int tcp, int raft, boolean tls) {
    private static final String LOOPBACK = "127.0.0.1";
    /** The system tells start times in steps of its clock. */
    private static final long SAME_START_MS = 2_000;

    JsonObject json() {
        return new JsonObject()
                .put("id", id)
                .put("http", http)
                .put("tcp", tcp)
                .put("raft", raft)
                .put("tls", tls);
    }

    static LocalNode of(Path base, JsonObject json) {
        return new LocalNode(
                base,
                json.getString("id"),
                json.getInteger("http"),
                json.getInteger("tcp"),
                json.getInteger("raft"),
                json.getBoolean("tls", false));
    }

    LocalNode speaking(boolean isTls) {
        return new LocalNode(base, id, http, tcp, raft, isTls);
    }

    /** Of its HTTP door. */
    String url() {
        return (tls ? "https://" : "http://") + LOOPBACK + ":" + http;
    }

    String raftAddress() {
        return LOOPBACK + ":" + raft;
    }

    Path data() {
        return base.resolve(id);
    }

    Path log() {
        return base.resolve(id + ".log");
    }

    private Path pidFile() {
        return base.resolve(id + ".pid");
    }

    /** What it needs and another program has: a port and its flag. */
    Optional<String> busyPort() {
        Map<String, Integer> ports = new TreeMap<>(Map.of("--http-port", http, "--raft-port", raft));
        if (tcp > 0) {
            ports.put("--tcp-port", tcp);
        }
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getByName(LOOPBACK), port.getValue()));
            } catch (IOException taken) {
                return Optional.of(
                        "port " + port.getValue() + " of " + id + " is taken; begin elsewhere with " + port.getKey());
            }
        }
        return Optional.empty();
    }

    /** Its process, if that runs; empty when the pid is another program's by now. */
    Optional<ProcessHandle> process() {
        try {
            String[] words = Files.readString(pidFile()).strip().split(" ");
            long started = Long.parseLong(words[1]);
            return ProcessHandle.of(Long.parseLong(words[0]))
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> isMine(process, started));
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException noPid) {
            return Optional.empty();
        }
    }

    private boolean isMine(ProcessHandle process, long started) {
        boolean sameStart = process.info()
                .startInstant()
                .map(at -> Math.abs(at.toEpochMilli() - started) <= SAME_START_MS)
                .orElse(true);
        boolean sameCommand = process.info()
                .arguments()
                .map(arguments -> List.of(arguments).containsAll(List.of("serve", data().toString())))
                .orElse(true);
        return sameStart && sameCommand;
    }

    /**
     * Starts it as a process of its own that outlives this one and its terminal.
     *
     * @param flags of {@code serve}, besides its own
     * @param inherits which variables of this process it gets
     */
    ProcessHandle start(List<String> jvm, List<String> flags, Predicate<String> inherits) throws IOException {
        List<String> command = new ArrayList<>(detached());
        command.addAll(jvm);
        command.addAll(List.of(
                "serve",
                "--node-id",
                id,
                "--data-dir",
                data().toString(),
                "--http-port",
                String.valueOf(http),
                "--tcp-port",
                String.valueOf(tcp),
                "--raft-port",
                String.valueOf(raft)));
        command.addAll(flags);
        openLog();
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(inherits.negate());
        Process process = builder.redirectInput(Redirect.from(new File(isWindows() ? "NUL" : "/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log().toFile()))
                .start();
        long started = process.info().startInstant().orElse(Instant.now()).toEpochMilli();
        Files.writeString(pidFile(), process.pid() + " " + started + "\n");
        return process.toHandle();
    }

    /** For its owner alone: the first start may print the admin's token there. */
    private void openLog() throws IOException {
        if (log().getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rw-------");
            if (Files.exists(log())) {
                Files.setPosixFilePermissions(log(), owner);
            } else {
                Files.createFile(log(), PosixFilePermissions.asFileAttribute(owner));
            }
        }
        Files.writeString(log(), "--- " + Instant.now() + " skein cluster up\n", CREATE, APPEND);
    }

    /** A session of its own, where the system has setsid(1); else at least deaf to the terminal's end. */
    private static List<String> detached() {
        for (String program : List.of("setsid", "nohup")) {
            boolean there = Arrays.stream(
                            System.getenv("PATH") == null
                                    ? new String[0]
                                    : System.getenv("PATH").split(File.pathSeparator))
                    .anyMatch(directory -> new File(directory, program).canExecute());
            if (there) {
                return List.of(program);
            }
        }
        return List.of();
    }

    private static boolean isWindows() {
        return File.separatorChar == '\\';
    }

    /** Last lines of its log, for people. */
    List<String> lastWords(int lines) {
        try {
            List<String> all = Files.readAllLines(log());
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException unreadable) {
            return List.of(unreadable.toString());
        }
    }

    void forgetProcess() {
        try {
            Files.deleteIfExists(pidFile());
        } catch (IOException failed) {
            throw new CommandProblem(ExitCode.DISK_ERROR, pidFile() + " cannot be deleted: " + failed);
        }
    }
}
