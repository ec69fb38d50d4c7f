package io.skein;

import io.skein.cli.SkeinCommand;
import io.skein.node.Logging;

/** The way in: {@code java -jar skein.jar serve} and all other commands. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // Broken invariants stop a node in production too (DESIGN D13); classes loaded from here on are asserted.
        Main.class.getClassLoader().setPackageAssertionStatus("io.skein", true);
        // Before anybody logs: where the jar is only a library, the log is not its matter.
        System.getProperties().putIfAbsent(Logging.PROCESS, "true");
        int code = SkeinCommand.run(arguments);
        if (code != SkeinCommand.STAYS) {
            System.exit(code);
        }
    }
}
