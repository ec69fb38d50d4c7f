package io.skein.doctor;

/** What a check came to; the later the worse, but for the one that could not be made. */
public enum Verdict {
    OK,
    /** It could not be looked at, or does not apply. */
    SKIPPED,
    /** It works, and should not stay so. */
    WARNING,
    /** Something does not work, or will not for long. */
    WRONG
}
