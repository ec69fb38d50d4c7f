package io.skein.cli;

import io.skein.frame.Durations;
import io.skein.frame.Malformed;
import io.skein.node.ExitCode;

/** What is typed, understood. */
final class Words {
    private Words() {}

    /** @param option by which a problem is named */
    static long ms(String option, String time) {
        try {
            return Durations.parseMs(time);
        } catch (Malformed noTime) {
            throw new CommandProblem(ExitCode.USAGE, option + ": " + noTime.getMessage());
        }
    }
}
