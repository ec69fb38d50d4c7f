package io.skein.doctor;

import static io.skein.doctor.Cases.NOW;
import static io.skein.doctor.Cases.assertVerdict;
import static io.skein.doctor.Verdict.OK;
import static io.skein.doctor.Verdict.SKIPPED;
import static io.skein.doctor.Verdict.WARNING;
import static io.skein.doctor.Verdict.WRONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.store.Checkup;
import io.skein.store.Checkup.Contents;
import io.skein.store.Checkup.Hold;
import io.skein.store.Checkup.Obstacle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectoryChecksTest {
    private static final Path HOME = Path.of("/data");
    private static final long GIB = 1L << 30;

    private static Contents contents(
            int schema, long stampMs, String backwards, String structure, String rows, boolean whole) {
        return new Contents(
                Optional.of("n1"),
                schema,
                4,
                5,
                GIB,
                0,
                3,
                100,
                100,
                stampMs,
                7,
                List.of("n1"),
                Optional.ofNullable(backwards),
                Optional.ofNullable(structure),
                Optional.ofNullable(rows),
                whole,
                whole);
    }

    private static Contents well() {
        return contents(4, NOW, null, null, null, true);
    }

    private static Checkup directory(
            String fileSystem, long free, String current, List<String> denied, List<String> asides) {
        return new Checkup(
                HOME,
                true,
                Hold.FREE,
                denied,
                fileSystem,
                free,
                100 * GIB,
                Optional.of("gen-1"),
                Optional.ofNullable(current),
                Optional.of(well()),
                Optional.empty(),
                asides);
    }

    private static Checkup directory() {
        return directory("ext4", 50 * GIB, null, List.of(), List.of());
    }

    @Test
    void ofOneThatIsWellEveryCheckSaysSo() {
        DirectoryChecks.of(directory(), NOW).forEach(finding -> assertVerdict(OK, finding));
    }

    @Test
    void oneThatIsNotThereOrWasNeverUsedIsSaidToBe() {
        Checkup none = Checkup.look(Path.of("/nowhere/at/all"), 1_000);
        List<Finding> findings = DirectoryChecks.of(none, NOW);
        assertEquals(1, findings.size());
        assertVerdict(WRONG, findings.get(0));
        Checkup unused = new Checkup(
                HOME,
                true,
                Hold.FREE,
                List.of(),
                "ext4",
                GIB,
                GIB,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
        assertVerdict(SKIPPED, DirectoryChecks.pointer(unused));
    }

    @Test
    void whatMayNotBeReadAndWrittenIsNamed() {
        assertVerdict(OK, DirectoryChecks.permissions(directory()));
        assertVerdict(
                WRONG, DirectoryChecks.permissions(directory("ext4", GIB, null, List.of("gen-1/skein.db"), List.of())));
    }

    @ParameterizedTest
    @CsvSource({
        "ext4, OK",
        "xfs, OK",
        "tmpfs, WRONG",
        "overlay, WARNING",
        "nfs4, WARNING",
        "CIFS, WARNING",
        "'', SKIPPED"
    })
    void theFileSystemIsOneThatKeepsWhatIsFlushed(String type, Verdict verdict) {
        assertVerdict(verdict, DirectoryChecks.fileSystem(directory(type, GIB, null, List.of(), List.of())));
    }

    @Test
    void spaceIsLeft() {
        assertVerdict(OK, DirectoryChecks.space(directory()));
        assertVerdict(WARNING, DirectoryChecks.space(directory("ext4", GIB, null, List.of(), List.of())));
        assertVerdict(WRONG, DirectoryChecks.space(directory("ext4", 1 << 20, null, List.of(), List.of())));
    }

    @Test
    void thePointerNamesAGeneration() {
        assertVerdict(OK, DirectoryChecks.pointer(directory()));
        assertVerdict(
                WRONG, DirectoryChecks.pointer(directory("ext4", GIB, "CURRENT names gen-9", List.of(), List.of())));
    }

    private static Checkup closed(Hold hold, List<String> denied, Optional<Obstacle> problem) {
        return new Checkup(
                HOME,
                true,
                hold,
                denied,
                "ext4",
                50 * GIB,
                100 * GIB,
                Optional.of("gen-1"),
                Optional.empty(),
                Optional.empty(),
                problem,
                List.of());
    }

    private static Finding last(Checkup checkup) {
        List<Finding> findings = DirectoryChecks.of(checkup, NOW);
        return findings.get(findings.size() - 1);
    }

    @Test
    void aDatabaseThatCannotBeOpenedIsAllThereIsToSayOfIt() {
        Finding broken = last(closed(Hold.FREE, List.of(), Optional.of(new Obstacle("file is not a database", false))));
        assertVerdict(WRONG, broken);
        assertTrue(broken.todo().contains("backup"), broken.todo());
    }

    @Test
    void whoeverRunsAnOlderSkeinIsToldToRunTheNewer() {
        Finding newer = last(closed(Hold.FREE, List.of(), Optional.of(new Obstacle("its schema has version 9", true))));
        assertVerdict(WRONG, newer);
        assertTrue(newer.todo().startsWith("run the Skein that wrote it"), newer.todo());
        assertFalse(newer.todo().contains("backup"), newer.todo());
    }

    @Test
    void aDatabaseOfAnotherUserIsLeftAloneAndNotCalledBroken() {
        Checkup foreign = closed(Hold.UNKNOWN, List.of("gen-1/skein.db"), Optional.empty());
        assertVerdict(SKIPPED, last(foreign));
        assertTrue(DirectoryChecks.there(foreign).says().contains("cannot be seen"));
    }

    @Test
    void theSchemaIsOneThatThisSkeinKnows() {
        assertVerdict(OK, DirectoryChecks.schema(well()));
        assertVerdict(OK, DirectoryChecks.schema(contents(3, NOW, null, null, null, true)));
        assertTrue(DirectoryChecks.schema(contents(3, NOW, null, null, null, true))
                .says()
                .contains("the next start brings it to 4"));
    }

    @Test
    void theSchemaOfAFeatureLevelDoesNotComeWithAStart() {
        String says = DirectoryChecks.schema(well()).says();
        assertTrue(says.contains("5 comes with the cluster's feature level"), says);
        assertFalse(says.contains("start"), says);
    }

    @Test
    void damageIsWrongAndWhatWasNotReadIsSkipped() {
        assertVerdict(OK, DirectoryChecks.structure(Hold.FREE, well()));
        assertVerdict(WRONG, DirectoryChecks.structure(Hold.FREE, contents(4, NOW, null, "page 7", null, true)));
        assertVerdict(SKIPPED, DirectoryChecks.structure(Hold.FREE, contents(4, NOW, null, null, null, false)));
        assertFalse(DirectoryChecks.structure(Hold.HELD, contents(4, NOW, null, null, null, false))
                .says()
                .contains("--within"));
        assertVerdict(OK, DirectoryChecks.rows(well()));
        assertVerdict(WRONG, DirectoryChecks.rows(contents(4, NOW, null, null, "log entry 7", true)));
        assertVerdict(SKIPPED, DirectoryChecks.rows(contents(4, NOW, null, null, null, false)));
    }

    @Test
    void aDatabaseThatWentBackwardsIsWrong() {
        assertVerdict(OK, DirectoryChecks.sentinel(directory(), well()));
        assertVerdict(
                WRONG, DirectoryChecks.sentinel(directory(), contents(4, NOW, "it went backwards", null, null, true)));
    }

    @Test
    void aClockBehindTheLogIsAWarning() {
        assertVerdict(OK, DirectoryChecks.clock(well(), NOW));
        assertVerdict(WARNING, DirectoryChecks.clock(contents(4, NOW + 3_600_000, null, null, null, true), NOW));
    }

    @Test
    void whatWasLaidAsideIsAWarning() {
        assertVerdict(OK, DirectoryChecks.asides(directory()));
        assertVerdict(WARNING, DirectoryChecks.asides(directory("ext4", GIB, null, List.of(), List.of("aside-17"))));
    }

    @Test
    void aVariableThatNobodyKnowsIsAWarning() {
        assertVerdict(OK, EnvironmentChecks.variables(Optional.empty()));
        assertVerdict(WARNING, EnvironmentChecks.variables(Optional.of("unknown variable SKEIN_HTPP_PORT")));
    }
}
