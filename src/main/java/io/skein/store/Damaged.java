package io.skein.store;

/** Rows are not what was written: a checksum does not match, or the log has a hole; or SQLite cannot read them. */
public final class Damaged extends RuntimeException {
    private static final long serialVersionUID = 1;

    Damaged(String what) {
        super(what);
    }

    Damaged(String what, Throwable cause) {
        super(what, cause);
    }
}
