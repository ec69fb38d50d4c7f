package io.skein;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The plan of the house as code: which room may know which, who is a guest where, and what is true below the waterline.
 * A failing arrow is a conversation about the house; then either the code or this plan changes, never neither.
 *
 * <p>Not seen, because byte code does not hold it: inlined compile-time constants and Javadoc links.
 */
class HouseTest {

    private static final String ROOT = "io.skein";

    private static final Set<String> MACHINES = Set.of("topic", "subscription", "account", "mailbox");

    private static final Set<String> DOORS =
            Set.of("protocol.http", "protocol.websocket", "protocol.tcp", "protocol.mqtt", "dashboard");

    /** A door knows the hall, the machines' records and the public JSON; it does not know another door. */
    private static final Set<String> A_DOOR_KNOWS = with(MACHINES, "broker", "machine", "frame");

    /** Values of lower rooms that the broker's interface hands to the doors. */
    private static final Set<String> BROKER_CURRENCY = Set.of("io.skein.store.StoredMessage", "io.skein.raft.Role");

    /** Floor 5 and below, the garden, and metrics: what the assembly in {@code node} puts together. */
    private static final Set<String> BELOW_NODE = with(
            with(with(MACHINES, DOORS), "wire", "raft", "machine", "replica", "store", "cluster", "broker"),
            "metrics",
            "frame",
            "client");

    /** room -> the rooms it may know, besides itself. The package {@code io.skein} is the room "Main". */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            entry("wire", Set.of()),
            entry("raft", Set.of("wire")),
            entry("machine", Set.of("wire")),
            entry("topic", Set.of("machine", "wire")),
            entry("subscription", Set.of("topic", "machine", "wire")),
            entry("account", Set.of("machine", "wire")),
            entry("mailbox", Set.of("account", "machine", "wire")),
            entry("replica", Set.of("raft", "machine", "wire")),
            entry("store", with(MACHINES, "replica", "raft", "machine", "wire", "frame")),
            entry("cluster", Set.of("store", "replica", "raft", "machine", "wire")),
            entry("broker", with(MACHINES, "cluster", "store", "replica", "raft", "machine", "frame")),
            entry("protocol.http", A_DOOR_KNOWS),
            entry("protocol.websocket", A_DOOR_KNOWS),
            entry("protocol.tcp", A_DOOR_KNOWS),
            entry("protocol.mqtt", A_DOOR_KNOWS),
            entry("dashboard", A_DOOR_KNOWS),
            entry(
                    "metrics",
                    Set.of("broker", "cluster", "store", "replica", "subscription", "topic", "machine", "raft")),
            entry("frame", Set.of()),
            entry("client", Set.of("frame")),
            entry("bench", Set.of("client", "frame")),
            entry("node", BELOW_NODE),
            entry("doctor", Set.of("store")),
            entry("sim", with(BELOW_NODE, "node")),
            entry("cli", with(BELOW_NODE, "node", "bench", "doctor", "sim")),
            entry("Main", with(BELOW_NODE, "node", "bench", "doctor", "sim", "cli")));

    /** Below the waterline: no Vert.x, no clock, no thread, no I/O, no logging. */
    private static final Set<String> PURE = with(MACHINES, "wire", "raft", "machine", "replica");

    private static final Set<String> ABOVE_THE_WATERLINE =
            with(DOORS, "store", "cluster", "broker", "metrics", "client", "bench", "node", "sim", "cli", "Main");

    /**
     * Foreign package -> the rooms that may use it. Whatever is neither here nor in the JDK may be used nowhere. Rooms
     * that may know {@code wire} cannot use its generated types without {@link #PROTOBUF_CURRENCY}.
     */
    private static final Map<String, Set<String>> GUESTS = Map.ofEntries(
            entry("java.sql.", Set.of("store", "bench")),
            entry("javax.sql.", Set.of("store", "bench")),
            entry("org.sqlite.", Set.of("store", "bench")),
            entry("ch.qos.logback.", Set.of("node")),
            entry("io.vertx.sqlclient.", Set.of("store", "bench")),
            entry("io.vertx.jdbcclient.", Set.of("store", "bench")),
            entry("io.vertx.core.", ABOVE_THE_WATERLINE),
            // Half-closed connections, those that must end unread, bytes of half a WebSocket frame, and those that come
            // before TLS is there to take them: Vert.x tells of none.
            entry("io.netty.channel.", Set.of("cluster", "protocol.http", "protocol.tcp", "protocol.websocket")),
            entry("io.netty.buffer.", Set.of("protocol.http", "protocol.websocket")),
            entry(
                    "io.vertx.ext.web.",
                    Set.of("protocol.http", "protocol.websocket", "dashboard", "metrics", "node", "sim", "bench")),
            entry("com.nimbusds.", Set.of("broker")),
            entry("io.vertx.ext.auth.hashing.", Set.of("broker")),
            entry("io.vertx.micrometer.", Set.of("metrics", "node")),
            entry("io.micrometer.", Set.of("metrics", "node")),
            entry("io.prometheus.", Set.of("metrics", "node")),
            entry("picocli.", Set.of("cli", "node")),
            entry("com.fasterxml.jackson.core.", Set.of("frame", "node", "bench")),
            entry("com.google.protobuf.", Set.of("wire")),
            entry("org.HdrHistogram.", Set.of("bench")),
            // Not in the jar: who tests with the simulator brings his own.
            entry("org.junit.", Set.of("sim")),
            entry("org.apiguardian.", Set.of("sim")),
            // The client library brings no logging of its own: it says what it must by Vert.x's.
            entry("org.slf4j.", without(ABOVE_THE_WATERLINE, "client")));

    /** What generated protobuf types take and give: bytes, and the news that bytes are damaged. */
    private static final Set<String> PROTOBUF_CURRENCY = Set.of(
            "com.google.protobuf.ByteString",
            "com.google.protobuf.CodedInputStream",
            "com.google.protobuf.CodedOutputStream",
            "com.google.protobuf.InvalidProtocolBufferException",
            "com.google.protobuf.MessageLite",
            "com.google.protobuf.Parser",
            "com.google.protobuf.UnsafeByteOperations");

    private static final List<String> THE_JDK = List.of("java.", "javax.", "jdk.", "com.sun.");

    private static final Set<String> PURE_PACKAGES = Set.of(
            "java.lang",
            "java.lang.annotation",
            "java.lang.invoke",
            "java.lang.runtime",
            "java.math",
            "java.nio",
            "java.nio.charset",
            "java.time",
            "java.time.format",
            "java.time.temporal",
            "java.util",
            "java.util.function",
            "java.util.random",
            "java.util.regex",
            "java.util.stream",
            "java.util.zip");

    private static final Set<String> PURE_CLASSES = Set.of(
            "java.io.ByteArrayInputStream",
            "java.io.ByteArrayOutputStream",
            "java.io.DataInputStream",
            "java.io.DataOutputStream",
            "java.io.EOFException",
            "java.io.IOException",
            "java.io.InputStream",
            "java.io.ObjectStreamException",
            "java.io.OutputStream",
            "java.io.Serializable",
            "java.io.UncheckedIOException",
            "java.security.MessageDigest",
            "java.security.NoSuchAlgorithmException",
            "java.util.concurrent.TimeUnit");

    private static final Set<String> IMPURE_CLASSES = Set.of(
            "java.lang.InheritableThreadLocal",
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.ProcessHandle",
            "java.lang.Runtime",
            "java.lang.Thread",
            "java.lang.ThreadGroup",
            "java.lang.ThreadLocal",
            "java.time.Clock",
            "java.time.InstantSource",
            "java.util.Timer",
            "java.util.TimerTask");

    private static final Set<String> IMPURE_MEMBERS = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.identityHashCode",
            "java.lang.System.getenv",
            "java.lang.System.getProperty",
            "java.lang.System.exit",
            "java.lang.System.out",
            "java.lang.System.err",
            "java.lang.System.in",
            "java.lang.System.getLogger",
            "java.lang.Math.random",
            "java.lang.StrictMath.random",
            "java.lang.Integer.getInteger",
            "java.lang.Long.getLong",
            "java.lang.Boolean.getBoolean",
            "java.lang.Throwable.printStackTrace",
            "java.util.UUID.randomUUID",
            "java.util.random.RandomGenerator.getDefault");

    private static final Set<String> NAMES_OF_NO_ROOM = Set.of(
            "util", "utils", "common", "commons", "helper", "helpers", "manager", "managers", "impl", "base", "misc");

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .importUrl(Main.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void everyRoomIsOnThePlan() {
        Set<String> strangers =
                packages().filter(name -> roomOf(name).isEmpty()).collect(toCollection(TreeSet::new));
        assertEquals(Set.of(), strangers, "packages that are not on the plan of the house (DESIGN.md, section 2)");
    }

    @Test
    void noRoomIsALumberRoom() {
        Set<String> lumber = packages()
                .filter(name -> Arrays.stream(name.split("\\.")).anyMatch(NAMES_OF_NO_ROOM::contains))
                .collect(toCollection(TreeSet::new));
        assertEquals(Set.of(), lumber, "rooms are nouns of the field");
    }

    @Test
    void thePlanItselfNamesOnlyRoomsAndHasNoCycle() {
        ARROWS.forEach((room, known) -> {
            assertTrue(ARROWS.keySet().containsAll(known), room + " knows a room that is not on the plan");
            assertTrue(!reachable(room).contains(room), room + " can reach itself by arrows of the plan");
        });
        GUESTS.forEach((guest, rooms) ->
                assertTrue(ARROWS.keySet().containsAll(rooms), guest + " is in a room that is not on the plan"));
    }

    @TestFactory
    Stream<DynamicTest> eachRoomKnowsOnlyTheRoomsOnItsPlan() {
        return ARROWS.keySet().stream().sorted().map(room -> {
            Set<String> known = ARROWS.get(room);
            return dynamicTest(
                    room + " -> " + new TreeSet<>(known),
                    () -> check(
                            room,
                            "know only " + known,
                            dependency -> roomOf(dependency.getTargetClass())
                                    .map(target -> !target.equals(room)
                                            && !known.contains(target)
                                            && !isBrokerCurrency(room, dependency))
                                    .orElse(false)));
        });
    }

    @Test
    void thereIsNoCycleOfRooms() {
        SliceAssignment rooms = new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return roomOf(type).map(SliceIdentifier::of).orElse(SliceIdentifier.ignore());
            }

            @Override
            public String getDescription() {
                return "rooms";
            }
        };
        slices().assignedFrom(rooms)
                .namingSlices("$1")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(HOUSE);
    }

    @TestFactory
    Stream<DynamicTest> eachDoorTakesOnlyRecordsFromTheMachines() {
        return DOORS.stream()
                .sorted()
                .map(door -> dynamicTest(
                        door,
                        () -> check(
                                door,
                                "take only records, enums and their families from the machines",
                                dependency -> isIn(MACHINES, dependency) && !isAValue(dependency.getTargetClass()))));
    }

    @Test
    void theBrokerAsksRaftOnlyForItsStatus() {
        check(
                "broker",
                "take only values from raft",
                dependency -> isIn(Set.of("raft"), dependency) && !isAValue(dependency.getTargetClass()));
    }

    /** It stands before the broker and counts what passes, so it sees what passes; it asks nobody below. */
    @Test
    void metricsTakesOnlyValuesFromTheFloorsBelowTheBroker() {
        check(
                "metrics",
                "take only values from subscription, topic, machine and raft",
                dependency -> isIn(Set.of("subscription", "topic", "machine", "raft"), dependency)
                        && !isAValue(dependency.getTargetClass()));
    }

    @TestFactory
    Stream<DynamicTest> eachForeignGuestStaysInItsRooms() {
        return GUESTS.keySet().stream()
                .sorted()
                .map(guest -> dynamicTest(
                        guest + "* in " + new TreeSet<>(GUESTS.get(guest)),
                        () -> rule(
                                        "leave " + guest + "* to " + GUESTS.get(guest),
                                        (room, dependency) -> target(dependency).startsWith(guest)
                                                && !GUESTS.get(guest).contains(room)
                                                && !isWireCurrency(room, dependency))
                                .check(HOUSE)));
    }

    @Test
    void everyForeignGuestIsOnThePlan() {
        rule("use only the JDK and the guests on the plan", (room, dependency) -> {
                    String target = target(dependency);
                    return target.contains(".")
                            && !target.startsWith(ROOT + ".")
                            && THE_JDK.stream().noneMatch(target::startsWith)
                            && GUESTS.keySet().stream().noneMatch(target::startsWith);
                })
                .check(HOUSE);
    }

    @TestFactory
    Stream<DynamicTest> belowTheWaterlineThereIsOnlyThePureJdk() {
        return PURE.stream()
                .sorted()
                .map(room -> dynamicTest(
                        room,
                        () -> check(room, "use only the pure part of the JDK", dependency -> {
                            String target = target(dependency);
                            return target.contains(".") // else a primitive type
                                    && !target.startsWith(ROOT + ".")
                                    && !isPure(dependency.getTargetClass())
                                    && !(room.equals("wire") && target.startsWith("com.google.protobuf."))
                                    && !isWireCurrency(room, dependency);
                        })));
    }

    @TestFactory
    Stream<DynamicTest> belowTheWaterlineNothingAsksTheWorld() {
        return PURE.stream()
                .sorted()
                .map(room -> dynamicTest(
                        room,
                        () -> inRoom(room)
                                .should(
                                        new ArchCondition<JavaClass>(
                                                "read no clock, draw no number, see no environment") {
                                            @Override
                                            public void check(JavaClass type, ConditionEvents events) {
                                                type.getAccessesFromSelf().stream()
                                                        .filter(HouseTest::asksTheWorld)
                                                        .forEach(access -> events.add(SimpleConditionEvent.violated(
                                                                type, access.getDescription())));
                                            }
                                        })
                                .allowEmptyShould(true)
                                .check(HOUSE)));
    }

    private static boolean asksTheWorld(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String member = access.getTarget().getName();
        String descriptor = access.getTarget().getFullName();
        return IMPURE_MEMBERS.contains(owner + "." + member)
                || owner.startsWith("java.time.") && member.equals("now")
                || member.equals("parallel") && owner.startsWith("java.util.stream.")
                || member.equals("parallelStream") && owner.startsWith("java.util.")
                || descriptor.equals("java.util.Random.<init>()")
                || descriptor.equals("java.util.SplittableRandom.<init>()")
                || descriptor.equals("java.util.Collections.shuffle(java.util.List)");
    }

    private static boolean isPure(JavaClass type) {
        JavaClass base = type.getBaseComponentType();
        return (PURE_PACKAGES.contains(base.getPackageName()) || PURE_CLASSES.contains(base.getName()))
                && !IMPURE_CLASSES.contains(base.getName());
    }

    /** A record, an enum, an interface that gathers them, or a constant holder inside one. */
    private static boolean isAValue(JavaClass type) {
        JavaClass base = type.getBaseComponentType();
        return base.isRecord() || base.isEnum() || base.isInterface();
    }

    private static boolean isWireCurrency(String room, Dependency dependency) {
        return ARROWS.get(room).contains("wire") && PROTOBUF_CURRENCY.contains(target(dependency));
    }

    private static boolean isBrokerCurrency(String room, Dependency dependency) {
        return DOORS.contains(room) && BROKER_CURRENCY.contains(target(dependency));
    }

    private static boolean isIn(Set<String> rooms, Dependency dependency) {
        return roomOf(dependency.getTargetClass()).map(rooms::contains).orElse(false);
    }

    private static String target(Dependency dependency) {
        return dependency.getTargetClass().getBaseComponentType().getName();
    }

    private static void check(String room, String says, Predicate<Dependency> forbidden) {
        inRoom(room)
                .should(haveNone(says, (ignored, dependency) -> forbidden.test(dependency)))
                .allowEmptyShould(true)
                .check(HOUSE);
    }

    private static ArchRule rule(String says, BiPredicate<String, Dependency> forbidden) {
        return classes().should(haveNone(says, forbidden)).allowEmptyShould(true);
    }

    private static GivenClassesConjunction inRoom(String room) {
        return classes()
                .that(DescribedPredicate.describe(
                        "are in " + room,
                        (JavaClass type) -> roomOf(type).map(room::equals).orElse(false)));
    }

    private static ArchCondition<JavaClass> haveNone(String says, BiPredicate<String, Dependency> forbidden) {
        return new ArchCondition<>(says) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                roomOf(type)
                        .ifPresent(room -> type.getDirectDependenciesFromSelf().stream()
                                .filter(dependency -> forbidden.test(room, dependency))
                                .forEach(dependency ->
                                        events.add(SimpleConditionEvent.violated(type, dependency.getDescription()))));
            }
        };
    }

    private static Optional<String> roomOf(JavaClass type) {
        return roomOf(type.getBaseComponentType().getPackageName());
    }

    /** The room of a package: itself or the one it lies in; the root package is "Main". */
    private static Optional<String> roomOf(String packageName) {
        if (packageName.equals(ROOT)) {
            return Optional.of("Main");
        }
        return ARROWS.keySet().stream()
                .filter(room -> (packageName + ".").startsWith(ROOT + "." + room + "."))
                .findFirst();
    }

    private static Stream<String> packages() {
        return HOUSE.stream().map(JavaClass::getPackageName).distinct();
    }

    private static Set<String> reachable(String room) {
        Set<String> found = new HashSet<>();
        collect(room, found);
        return found;
    }

    private static void collect(String room, Set<String> found) {
        for (String next : ARROWS.get(room)) {
            if (found.add(next)) {
                collect(next, found);
            }
        }
    }

    private static Set<String> with(Set<String> rooms, String... more) {
        return with(rooms, Set.of(more));
    }

    private static Set<String> without(Set<String> rooms, String one) {
        Set<String> all = new TreeSet<>(rooms);
        all.remove(one);
        return Set.copyOf(all);
    }

    private static Set<String> with(Set<String> rooms, Set<String> more) {
        Set<String> all = new TreeSet<>(rooms);
        all.addAll(more);
        return Set.copyOf(all);
    }
}
