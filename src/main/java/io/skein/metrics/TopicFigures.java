package io.skein.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.skein.broker.TopicInfo;
import io.skein.topic.TopicView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Figures topic by topic, for who asks for them. Not in the registry: topics are many, and strangers name them. */
final class TopicFigures {
    /** Topics in one answer; how many more there were is a figure too. */
    static final int MAX_TOPICS = 1000;

    private final List<TopicView> topics;
    private final int omitted;

    TopicFigures(List<TopicInfo> all) {
        topics = all.stream().limit(MAX_TOPICS).map(TopicInfo::view).toList();
        omitted = all.size() - topics.size();
    }

    Exposition in(String accept) {
        String contentType = Exposition.contentType(accept);
        MetricSnapshots snapshots = new MetricSnapshots(List.of(
                gauge("skein_topic_messages", "Messages kept", TopicView::count),
                gauge("skein_topic_bytes", "Bytes of the messages kept", TopicView::bytes),
                gauge("skein_topic_first_offset", "Offset of the first message kept", TopicView::lowWater),
                gauge("skein_topic_next_offset", "Offset the next message gets", TopicView::nextOffset),
                gauge(
                        "skein_topic_last_message_time_seconds",
                        "When the last message came, Unix time",
                        view -> view.lastTime() / 1e3),
                published(),
                GaugeSnapshot.builder()
                        .name("skein_detailed_topics_omitted")
                        .help("Topics that matched and are not shown")
                        .dataPoint(new GaugeDataPointSnapshot(omitted, Labels.EMPTY, null))
                        .build()));
        PrometheusRegistry once = new PrometheusRegistry();
        once.register((MultiCollector) () -> snapshots);
        var writer = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, once, Clock.SYSTEM);
        return new Exposition(contentType, writer.scrape(contentType));
    }

    private GaugeSnapshot gauge(String name, String help, ToDoubleFunction<TopicView> figure) {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        for (TopicView topic : topics) {
            points.add(new GaugeDataPointSnapshot(figure.applyAsDouble(topic), label(topic), null));
        }
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        points.forEach(gauge::dataPoint);
        return gauge.build();
    }

    private CounterSnapshot published() {
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name("skein_topic_messages_published").help("Messages ever appended");
        for (TopicView topic : topics) {
            counter.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(label(topic))
                    .value(topic.nextOffset())
                    .build());
        }
        return counter.build();
    }

    private static Labels label(TopicView topic) {
        return Labels.of("topic", topic.name().value());
    }
}
