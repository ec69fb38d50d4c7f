package io.skein.doctor;

import java.util.Optional;

/** What a node that is started from here would find. */
public final class EnvironmentChecks {
    private EnvironmentChecks() {}

    /** @param problem with its variables, as a start would say it; empty when there is none */
    public static Finding variables(Optional<String> problem) {
        return problem.map(why -> Finding.warning(
                        "variables", "", why + ": a node would not start with it", "correct or unset it"))
                .orElseGet(() -> Finding.ok("variables", "", "every SKEIN_ variable here is known"));
    }
}
