package io.skein.cluster;

/** A proposal that may or may not be executed (DESIGN D13): it waits in the log and its deadline passed. */
public final class Indeterminate extends RuntimeException {
    private static final long serialVersionUID = 1;

    Indeterminate(String detail) {
        super(detail, null, false, false);
    }
}
