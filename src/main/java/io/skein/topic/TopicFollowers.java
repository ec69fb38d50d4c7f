package io.skein.topic;

/** Those who keep something for every topic that is made: they say how much, so that it has a bound. */
public interface TopicFollowers {
    TopicFollowers NONE = new TopicFollowers() {
        @Override
        public int of(TopicName name) {
            return 0;
        }

        @Override
        public long room() {
            return Long.MAX_VALUE;
        }
    };

    /** How much a topic of this name adds. */
    int of(TopicName name);

    /** How much more there may be. */
    long room();
}
