package io.skein.store;

/** A statement that is not answered; with a sentence for whoever wrote it. */
public final class SqlRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    public enum Kind {
        /** It is no statement that may be asked here, or SQLite does not understand it. */
        SAID,
        /** It would take more than one statement may. */
        BUDGET,
        /** Another one is being answered. */
        BUSY,
        /** The rows are not to be had now. */
        AWAY
    }

    private final Kind kind;

    private SqlRefused(Kind kind, String sentence, Throwable cause) {
        super(sentence, cause, false, false);
        this.kind = kind;
    }

    static SqlRefused said(String sentence) {
        return new SqlRefused(Kind.SAID, sentence, null);
    }

    static SqlRefused budget(String sentence) {
        return new SqlRefused(Kind.BUDGET, sentence, null);
    }

    static SqlRefused busy() {
        return new SqlRefused(Kind.BUSY, "another statement is being answered by this node; one at a time", null);
    }

    static SqlRefused away(Throwable cause) {
        return new SqlRefused(Kind.AWAY, "the rows of this node cannot be read now", cause);
    }

    public Kind kind() {
        return kind;
    }
}
