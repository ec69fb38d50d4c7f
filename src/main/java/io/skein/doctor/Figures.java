package io.skein.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node's meters say, in the text format of Prometheus. */
public final class Figures {
    public static final Figures NONE = new Figures(List.of());

    private static final Pattern SAMPLE = Pattern.compile("([A-Za-z_:][\\w:]*)(?:\\{(.*)})? ([^ ]+)(?: [0-9.]+)?");

    private record Sample(String name, String labels, double value) {}

    private final List<Sample> samples;

    private Figures(List<Sample> samples) {
        this.samples = samples;
    }

    /** Lines that make no sense are passed over. */
    public static Figures parse(String text) {
        List<Sample> samples = new ArrayList<>();
        for (String line : text.split("\n")) {
            Matcher sample = SAMPLE.matcher(line.strip());
            if (line.startsWith("#") || !sample.matches()) {
                continue;
            }
            String labels = sample.group(2) == null ? "" : sample.group(2);
            value(sample.group(3)).ifPresent(value -> samples.add(new Sample(sample.group(1), labels, value)));
        }
        return new Figures(List.copyOf(samples));
    }

    private static OptionalDouble value(String text) {
        try {
            return OptionalDouble.of(text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text));
        } catch (NumberFormatException notANumber) {
            return OptionalDouble.empty();
        }
    }

    public boolean isEmpty() {
        return samples.isEmpty();
    }

    /** The sum over all labels; empty when there is none. */
    public OptionalDouble sum(String name) {
        return sum(name, "");
    }

    /** @param label as it is written: {@code area="heap"} */
    public OptionalDouble sum(String name, String label) {
        double sum = 0;
        boolean some = false;
        for (Sample sample : samples) {
            if (sample.name().equals(name) && sample.labels().contains(label)) {
                sum += sample.value();
                some = true;
            }
        }
        return some ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    public Optional<String> label(String name, String label) {
        Pattern wanted = Pattern.compile("(?:^|,)" + Pattern.quote(label) + "=\"([^\"]*)\"");
        for (Sample sample : samples) {
            Matcher found = wanted.matcher(sample.labels());
            if (sample.name().equals(name) && found.find()) {
                return Optional.of(found.group(1));
            }
        }
        return Optional.empty();
    }

    /** The upper end of the bucket in which half of a histogram's values are; empty below {@code least} values. */
    public OptionalDouble median(String name, long least) {
        double count = sum(name + "_count").orElse(0);
        if (count < least) {
            return OptionalDouble.empty();
        }
        double median = Double.POSITIVE_INFINITY;
        Pattern end = Pattern.compile("(?:^|,)le=\"([^\"]*)\"");
        for (Sample sample : samples) {
            Matcher le = end.matcher(sample.labels());
            if (sample.name().equals(name + "_bucket") && le.find() && sample.value() >= count / 2) {
                median = Math.min(median, value(le.group(1)).orElse(Double.POSITIVE_INFINITY));
            }
        }
        return Double.isInfinite(median) ? OptionalDouble.empty() : OptionalDouble.of(median);
    }
}
