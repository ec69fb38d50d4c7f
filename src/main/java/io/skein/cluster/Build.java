package io.skein.cluster;

import io.skein.machine.FeatureLevel;

/**
 * What runs on a node.
 *
 * @param version for people; empty when the node does not say it, as builds of the first level do not
 * @param oldestLevel lowest feature level of a cluster at which it can work
 * @param newestLevel the highest
 */
public record Build(String version, int oldestLevel, int newestLevel) {
    /** Of a node that says nothing of it. */
    static final Build BEFORE_LEVELS = new Build("", FeatureLevel.FIRST, FeatureLevel.FIRST);

    private static final int MAX_VERSION = 64;

    /** Others print it. */
    public Build {
        version = version.codePoints()
                .filter(c -> c > ' ' && c < 127)
                .limit(MAX_VERSION)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** This build. */
    public static Build ofThis(String version) {
        return new Build(version, FeatureLevel.OLDEST, FeatureLevel.NEWEST);
    }

    boolean worksAt(int level) {
        return oldestLevel <= level && level <= newestLevel;
    }

    @Override
    public String toString() {
        return "Skein " + (version.isEmpty() ? "of an unsaid version" : version) + ", which works at feature level"
                + (oldestLevel == newestLevel ? " " + newestLevel : "s " + oldestLevel + " to " + newestLevel);
    }
}
