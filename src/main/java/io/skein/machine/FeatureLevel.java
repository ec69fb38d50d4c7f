package io.skein.machine;

/**
 * What is in the log, in the rows and between nodes, counted: a build that knows a level knows all below it. A cluster has
 * a level too, part of the replicated state. It rises once every member runs a build that knows the higher one, and never
 * falls; what needs a level is refused before. So nodes of several builds agree on every state, and what was not used yet
 * does not keep anybody from going back to the build before.
 *
 * <p>Who adds something that the build before cannot read adds a level here, says what it is, and lets the commands say
 * that they need it ({@link Command#needs}); new tables go into the schema of that level.
 */
public final class FeatureLevel {
    /** All that there was before builds said their level; a node or a configuration that says none has this one. */
    public static final int FIRST = 1;

    /** The level itself is part of the state, and of the state's hash; limits of what accounts may use. */
    public static final int LIMITS = 2;

    /** The highest that this build knows. */
    public static final int NEWEST = LIMITS;

    /** The lowest at which this build still can work. */
    public static final int OLDEST = FIRST;

    private FeatureLevel() {}

    /** What a field says that the builds of the first level do not have. */
    public static int said(int field) {
        return Math.max(FIRST, field);
    }
}
