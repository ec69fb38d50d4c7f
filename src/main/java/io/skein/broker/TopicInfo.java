package io.skein.broker;

import io.skein.topic.TopicView;
import java.util.Optional;

/**
 * A topic with its figures.
 *
 * @param earliest cursor text just before the first message kept; only of a topic that was asked for by its name, for it may
 *     take a look at the rows
 * @param publishedPerSecond over the last ten seconds, on this node
 */
public record TopicInfo(TopicView view, Optional<String> earliest, double publishedPerSecond) {}
