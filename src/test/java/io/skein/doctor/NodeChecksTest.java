package io.skein.doctor;

import static io.skein.doctor.Cases.NOW;
import static io.skein.doctor.Cases.assertVerdict;
import static io.skein.doctor.Cases.metered;
import static io.skein.doctor.Verdict.OK;
import static io.skein.doctor.Verdict.SKIPPED;
import static io.skein.doctor.Verdict.WARNING;
import static io.skein.doctor.Verdict.WRONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.doctor.NodeFacts.Said;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class NodeChecksTest {
    private static final long DAY = 86_400_000;
    private static final long GIB = 1L << 30;

    private static NodeFacts shown(boolean local, boolean open, OptionalLong certificate, String durable) {
        Said said = new Said("n1", "leader", "n1", "ok", durable, 1, 1, 1, 1, 1, "x", Cases.three());
        return new NodeFacts(
                "n1",
                "http://n1",
                Optional.empty(),
                Optional.of(said),
                Optional.of("1"),
                OptionalLong.of(0),
                1,
                Figures.NONE,
                certificate,
                local,
                open);
    }

    @Test
    void ofANodeThatDoesNotAnswerThereIsNothingToSay() {
        assertEquals(List.of(), NodeChecks.of(NodeFacts.silent("n1", "", "no"), NOW, 0));
    }

    @Test
    void whoMayNotSeeTheMetersIsToldSo() {
        List<Finding> findings = NodeChecks.of(shown(true, true, OptionalLong.empty(), "quorum"), NOW, 0);
        assertTrue(findings.stream()
                .anyMatch(finding -> finding.check().equals("meters") && finding.verdict() == SKIPPED));
    }

    @Test
    void durability() {
        assertVerdict(OK, NodeChecks.durability(shown(true, true, OptionalLong.empty(), "quorum")));
        assertVerdict(WARNING, NodeChecks.durability(shown(true, true, OptionalLong.empty(), "memory")));
    }

    @Test
    void access() {
        OptionalLong some = OptionalLong.of(NOW);
        assertVerdict(OK, NodeChecks.access(shown(true, true, OptionalLong.empty(), "quorum")));
        assertVerdict(OK, NodeChecks.access(shown(false, false, some, "quorum")));
        assertVerdict(WARNING, NodeChecks.access(shown(false, true, some, "quorum")));
        assertVerdict(WARNING, NodeChecks.access(shown(false, false, OptionalLong.empty(), "quorum")));
    }

    private static Finding certificate(long days) {
        return NodeChecks.certificate(shown(true, true, OptionalLong.of(NOW + days * DAY), "quorum"), NOW);
    }

    @Test
    void certificate() {
        assertVerdict(SKIPPED, NodeChecks.certificate(shown(true, true, OptionalLong.empty(), "quorum"), NOW));
        assertVerdict(OK, certificate(90));
        assertVerdict(WARNING, certificate(20));
        assertVerdict(WRONG, certificate(1));
        assertTrue(certificate(-2).says().contains("over since 2 days"));
    }

    private static Finding space(long bytes) {
        return NodeChecks.diskSpace(metered("skein_disk_free_bytes " + bytes, "skein_sqlite_database_bytes 1048576"));
    }

    @Test
    void diskSpace() {
        assertVerdict(OK, space(50 * GIB));
        assertVerdict(WARNING, space(GIB));
        assertVerdict(WRONG, space(1 << 20));
        assertVerdict(SKIPPED, NodeChecks.diskSpace(metered("x 1")));
    }

    private static Finding speed(String medianBucket) {
        String name = "skein_sqlite_fsync_duration_seconds";
        return NodeChecks.diskSpeed(metered(
                name + "_bucket{le=\"0.0001\"} 10",
                name + "_bucket{le=\"" + medianBucket + "\"} 60",
                name + "_bucket{le=\"+Inf\"} 100",
                name + "_count 100"));
    }

    @Test
    void diskSpeed() {
        assertVerdict(OK, speed("0.002"));
        assertVerdict(WARNING, speed("0.025"));
        assertVerdict(WRONG, speed("0.25"));
        assertVerdict(SKIPPED, NodeChecks.diskSpeed(metered("skein_sqlite_fsync_duration_seconds_count 3")));
    }

    @Test
    void writeAheadLog() {
        assertVerdict(OK, NodeChecks.wal(metered("skein_sqlite_wal_bytes 1000")));
        assertVerdict(WARNING, NodeChecks.wal(metered("skein_sqlite_wal_bytes " + 300 * (1 << 20))));
        assertVerdict(WRONG, NodeChecks.wal(metered("skein_sqlite_wal_bytes " + GIB)));
        Said behind = new Said("n1", "leader", "n1", "ok", "quorum", 1, 1, 200_000, 1, 1, "x", Cases.three());
        assertVerdict(WARNING, NodeChecks.wal(Cases.node(behind, "1", 0, Figures.NONE)));
    }

    @Test
    void openFiles() {
        assertVerdict(OK, NodeChecks.files(metered("process_max_fds 65536", "process_open_fds 40")));
        assertVerdict(WARNING, NodeChecks.files(metered("process_max_fds 1024", "process_open_fds 40")));
        assertVerdict(WRONG, NodeChecks.files(metered("process_max_fds 1024", "process_open_fds 1000")));
        assertVerdict(SKIPPED, NodeChecks.files(metered("x 1")));
    }

    private static Finding memory(long limit) {
        return NodeChecks.memory(
                metered(
                        "jvm_memory_max_bytes{area=\"heap\",id=\"Eden Space\"} " + GIB / 2,
                        "jvm_memory_max_bytes{area=\"heap\",id=\"Tenured Gen\"} " + GIB / 2,
                        "jvm_memory_max_bytes{area=\"nonheap\",id=\"Metaspace\"} -1.0"),
                limit);
    }

    @Test
    void memory() {
        assertVerdict(OK, memory(4 * GIB));
        assertVerdict(OK, memory(0));
        assertVerdict(WARNING, memory(GIB * 5 / 4));
        assertVerdict(WRONG, memory(GIB));
        assertVerdict(SKIPPED, NodeChecks.memory(metered("x 1"), GIB));
    }

    @Test
    void java() {
        assertVerdict(OK, NodeChecks.java(metered("skein_build_info{java=\"17.0.15+6\",version=\"1\"} 1")));
        assertVerdict(WRONG, NodeChecks.java(metered("skein_build_info{version=\"1\",java=\"11.0.2\"} 1")));
        assertVerdict(SKIPPED, NodeChecks.java(metered("x 1")));
    }

    private static Finding backup(long hoursAgo) {
        return NodeChecks.backup(
                metered("skein_backup_last_success_timestamp_seconds " + (NOW / 1000 - hoursAgo * 3600)), NOW);
    }

    @Test
    void backup() {
        assertVerdict(SKIPPED, NodeChecks.backup(metered("x 1"), NOW));
        assertVerdict(OK, backup(5));
        assertVerdict(WARNING, backup(40));
        assertVerdict(WRONG, backup(24 * 8));
    }

    private static Finding backup(long everyHours, long hoursAgo) {
        return NodeChecks.backup(
                metered("skein_backup_interval_seconds " + everyHours * 3600
                        + "\nskein_backup_last_success_timestamp_seconds " + (NOW / 1000 - hoursAgo * 3600)),
                NOW);
    }

    @Test
    void aBackupIsLateWhenTwoShouldHaveBeenMade() {
        assertVerdict(OK, backup(6, 11));
        assertVerdict(WARNING, backup(6, 13));
        assertVerdict(WRONG, backup(6, 24 * 8));
        assertVerdict(OK, backup(30 * 24, 24 * 50));
        assertVerdict(WARNING, backup(30 * 24, 24 * 70));
        assertVerdict(WRONG, backup(30 * 24, 24 * 130));
    }

    @Test
    void metersAreReadAsPrometheusWritesThem() {
        Figures figures =
                Figures.parse("# HELP a b\n# TYPE a gauge\na{x=\"1\"} 1.5E3\na{x=\"2\"} 2\n\nnonsense\nb NaN 17\n");
        assertEquals(1502, figures.sum("a").getAsDouble());
        assertEquals(2, figures.sum("a", "x=\"2\"").getAsDouble());
        assertEquals(Optional.of("1"), figures.label("a", "x"));
        assertTrue(figures.sum("c").isEmpty());
    }
}
