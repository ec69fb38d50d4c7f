package io.skein.cli;

import io.skein.node.ExitCode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** What the exit codes of all commands mean; the README says the same. */
final class ExitCodes {
    /** @param meaning one line */
    record Meaning(int code, String meaning) {}

    private static final int DOCTOR_WRONG = 2;
    private static final int INTERRUPTED = 130;

    static final List<Meaning> ALL = List.of(
            new Meaning(0, "done, or yes: what was asked about is well"),
            new Meaning(ExitCode.NO, "the answer is no: refused, not there, not well; doctor: warnings"),
            new Meaning(DOCTOR_WRONG, "doctor: something is wrong"),
            new Meaning(ExitCode.NOTHING, "pull, read: nothing came within the time"),
            new Meaning(
                    ExitCode.UNKNOWN,
                    "nobody knows: it may have been done, or not; look, or ask again with the same key"),
            new Meaning(ExitCode.USAGE, "usage: what was typed makes no sense; nothing was asked of a node"),
            new Meaning(ExitCode.DAMAGED, "a backup is damaged"),
            new Meaning(
                    ExitCode.UNREACHABLE,
                    "no node answers, or none can do it now: nothing was done, asking again is safe"),
            new Meaning(
                    ExitCode.BROKEN,
                    "a fault of Skein's own; serve: a broken invariant, the node does not trust itself any more"),
            new Meaning(ExitCode.DATA_DIRECTORY_IN_USE, "a process holds the data directory"),
            new Meaning(ExitCode.DISK_ERROR, "a disk here fails, or has no room"),
            new Meaning(ExitCode.WENT_BACKWARDS, "serve: the data of a cluster of one went backwards (recover)"),
            new Meaning(ExitCode.OTHER_LEVEL, "serve: data, or a cluster, of a newer build"),
            new Meaning(
                    ExitCode.DENIED,
                    "the node does not let one do it: nobody known, or he may not (login, SKEIN_TOKEN)"),
            new Meaning(INTERRUPTED, "ended by Ctrl+C"));

    private ExitCodes() {}

    static void print(PrintWriter out) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"CODE", "MEANING"});
        ALL.forEach(one -> rows.add(new String[] {String.valueOf(one.code()), one.meaning()}));
        Table.print(out, rows);
    }
}
