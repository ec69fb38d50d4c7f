package io.skein.machine;

import java.util.List;

/**
 * What a command comes to: the answer, and the changes that make it so. A rejected command may still carry changes
 * (for example a trim that time had made due).
 */
public record Decision(Outcome outcome, List<Change> changes) {
    public static Decision rejected(Rejection reason, String detail) {
        return new Decision(Rejected.of(reason, detail), List.of());
    }
}
