package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.machine.Cursor;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionView;
import io.skein.topic.TopicFilter;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LagHistoryTest {
    private final LagHistory history = new LagHistory(2);

    private static SubscriptionName name(long id) {
        return new SubscriptionName("s" + id);
    }

    private static SubscriptionView view(long id, long lag, long acknowledged) {
        return new SubscriptionView(
                id,
                name(id),
                SubscriptionConfig.of(new TopicFilter("#")),
                Cursor.ORIGIN,
                0,
                lag,
                0,
                0,
                0,
                0,
                0,
                3,
                0,
                0,
                acknowledged,
                1,
                0,
                false,
                false,
                Long.MAX_VALUE,
                0);
    }

    private void moment(long time, SubscriptionView... views) {
        history.begin(time);
        for (SubscriptionView view : views) {
            history.note(view, time);
        }
    }

    private List<Long> lags(long id) {
        return history.of(name(id)).stream().map(SubscriptionHistory.Point::lag).toList();
    }

    @Test
    void pointsComeOldestFirstWithTheirTimes() {
        moment(10, view(1, 5, 0));
        moment(20, view(1, 7, 0));
        assertEquals(
                List.of(new SubscriptionHistory.Point(10, 5, 0, 3), new SubscriptionHistory.Point(20, 7, 0, 3)),
                history.of(name(1)));
    }

    @Test
    void anHourIsKeptAndNoMore() {
        for (int i = 1; i <= LagHistory.POINTS + 50; i++) {
            moment(i, view(1, i, 0));
        }
        List<SubscriptionHistory.Point> points = history.of(name(1));
        assertEquals(LagHistory.POINTS, points.size());
        assertEquals(51, points.get(0).time());
        assertEquals(LagHistory.POINTS + 50, points.get(points.size() - 1).lag());
    }

    @Test
    void aMomentWithoutALookIsLeftOut() {
        moment(10, view(1, 5, 0));
        moment(20);
        moment(30, view(1, 6, 0));
        assertEquals(List.of(5L, 6L), lags(1));
    }

    @Test
    void whatWaitsTakesThePlaceOfWhatStoodStillForTheLongest() {
        moment(10, view(1, 0, 0), view(2, 0, 0));
        moment(20, view(1, 0, 9), view(2, 0, 0));
        moment(30, view(1, 0, 9), view(2, 0, 0), view(3, 4, 0));
        assertEquals(Set.of(1L, 3L), Set.copyOf(history.kept()));
    }

    @Test
    void whatStandsStillTakesNobodysPlace() {
        moment(10, view(1, 0, 0), view(2, 0, 0));
        moment(20, view(1, 0, 0), view(2, 0, 0), view(3, 0, 0));
        assertEquals(Set.of(1L, 2L), Set.copyOf(history.kept()));
    }

    @Test
    void noneThatMovesGivesUpItsPlace() {
        moment(10, view(1, 1, 0), view(2, 1, 0));
        moment(20, view(1, 1, 0), view(2, 1, 0), view(3, 100, 0));
        assertEquals(Set.of(1L, 2L), Set.copyOf(history.kept()));
    }

    @Test
    void oneThatIsMadeAgainUnderTheNameBeginsAnew() {
        moment(10, view(1, 5, 0));
        history.begin(20);
        history.forget(1);
        history.note(
                new SubscriptionView(
                        7,
                        name(1),
                        SubscriptionConfig.of(new TopicFilter("#")),
                        Cursor.ORIGIN,
                        0,
                        1,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        1,
                        0,
                        false,
                        false,
                        Long.MAX_VALUE,
                        0),
                20);
        assertEquals(List.of(1L), lags(1));
    }
}
