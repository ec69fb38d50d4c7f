package io.skein.broker;

import io.skein.topic.TopicView;

/**
 * A topic with its figures.
 *
 * @param earliest cursor text just before the first message kept
 * @param publishedPerSecond over the last ten seconds, on this node
 */
public record TopicInfo(TopicView view, String earliest, double publishedPerSecond) {}
