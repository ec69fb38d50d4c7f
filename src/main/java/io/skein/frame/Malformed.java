package io.skein.frame;

/**
 * What came is not what this protocol says; the only exception that reading in this room throws. The message is a
 * sentence for the sender that names the field. No stack trace: it is an answer, not a defect.
 */
public final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;
    private final String id;
    private final boolean unreadable;

    private Malformed(String code, String message, String id, boolean unreadable) {
        super(message, null, false, false);
        this.code = code;
        this.id = id;
        this.unreadable = unreadable;
    }

    /** Well-formed JSON that says something wrong; what follows it can be read. */
    public static Malformed of(String message) {
        return new Malformed("malformed", message, "", false);
    }

    /** @param id the command's id as JSON, empty when it has none */
    public static Malformed of(String code, String message, String id) {
        return new Malformed(code, message, id, false);
    }

    /** No JSON: nothing after it can be trusted. */
    static Malformed unreadable(String message) {
        return new Malformed("malformed", message, "", true);
    }

    /** Stable, public: {@code malformed}, {@code unknown-op}, {@code unsupported}. */
    public String code() {
        return code;
    }

    /** Id of the command this was found in, as JSON ({@code 7}, {@code "a"}); empty when it has none. */
    public String id() {
        return id;
    }

    /** The rest of the input is lost: this was no JSON, or no UTF-8, or nested or long beyond the limits. */
    public boolean isUnreadable() {
        return unreadable;
    }
}
