package io.skein.doctor;

import java.util.Collection;

/**
 * What one check came to.
 *
 * @param check its name, one word or two
 * @param about the node it is about; empty: all of it
 * @param says a sentence
 * @param todo what to do, empty when there is nothing; {@code {skein}} stands for how the program is called
 */
public record Finding(String check, String about, Verdict verdict, String says, String todo) {
    public static Finding ok(String check, String about, String says) {
        return new Finding(check, about, Verdict.OK, says, "");
    }

    public static Finding skipped(String check, String about, String says) {
        return new Finding(check, about, Verdict.SKIPPED, says, "");
    }

    public static Finding warning(String check, String about, String says, String todo) {
        return new Finding(check, about, Verdict.WARNING, says, todo);
    }

    public static Finding wrong(String check, String about, String says, String todo) {
        return new Finding(check, about, Verdict.WRONG, says, todo);
    }

    /** 0 when all is well, 1 with warnings, 2 when something is wrong. */
    public static int exitCode(Collection<Finding> findings) {
        int worst = 0;
        for (Finding finding : findings) {
            int code = switch (finding.verdict()) {
                case OK, SKIPPED -> 0;
                case WARNING -> 1;
                case WRONG -> 2;
            };
            worst = Math.max(worst, code);
        }
        return worst;
    }
}
