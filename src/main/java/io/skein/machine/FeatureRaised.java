package io.skein.machine;

/** The cluster has this {@link FeatureLevel} from here on: its first change that a build of the level before does not know. */
public record FeatureRaised(int level) implements Change {
    @Override
    public void hashInto(StateHash hash) {
        hash.add(103);
        hash.add(level);
    }

    @Override
    public int weight() {
        return 16;
    }
}
