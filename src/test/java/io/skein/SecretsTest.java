package io.skein;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.skein.account.PasswordHash;
import io.skein.client.ClientOptions;
import io.skein.raft.RaftTiming;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A record shows all that it holds, in whatever log or error it comes to: one that holds a secret has to say itself what it
 * shows. Found by the names of components; one that is a secret by another name is on the list below.
 */
class SecretsTest {
    /** Printable, long enough for every limit, and unlike anything else. */
    private static final String MARK = "hunter2-hunter2-hunter2-hunter2-hunter2";

    private static final Pattern SECRET =
            Pattern.compile("(?i)(token|secret|password|bearer|credential)$|^(token|secret|password)");

    /** Text that is a secret by another name. */
    private static final Map<Class<?>, String> BY_ANOTHER_NAME = Map.of(PasswordHash.class, "value");

    /** What the least of everything does not make. */
    private static final Map<Class<?>, Object> SAMPLES = Map.of(
            RaftTiming.class,
            RaftTiming.ofMillis(50, 300),
            ClientOptions.class,
            ClientOptions.of("localhost", 8080).withToken(MARK));

    private static List<Class<?>> records() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.skein").stream()
                        .filter(JavaClass::isRecord)
                        .<Class<?>>map(JavaClass::reflect)
                        .toList();
    }

    private static boolean isText(Type type) {
        return type == String.class
                || type instanceof ParameterizedType of
                        && of.getRawType() == Optional.class
                        && of.getActualTypeArguments()[0] == String.class;
    }

    private static boolean isSecret(RecordComponent component) {
        Class<?> holder = component.getDeclaringRecord();
        return isText(component.getGenericType())
                && (SECRET.matcher(component.getName()).find()
                        || component.getName().equals(BY_ANOTHER_NAME.get(holder)));
    }

    private static Stream<Class<?>> holders() {
        return records().stream()
                .filter(type -> Arrays.stream(type.getRecordComponents()).anyMatch(SecretsTest::isSecret));
    }

    @TestFactory
    Stream<DynamicTest> aRecordThatHoldsASecretDoesNotShowIt() {
        return holders()
                .map(type -> dynamicTest(type.getName(), () -> {
                    Object made = make(type);
                    String shown = made.toString();
                    assertFalse(shown.contains(MARK), shown);
                }));
    }

    @Test
    void theTestLooksForTheRightThing() {
        Set<String> found = Set.copyOf(holders().map(Class::getSimpleName).toList());
        for (String known : List.of("Target", "Where", "WorkConfig", "IssuerConfig", "NodeConfig", "Hello", "LogIn")) {
            assertTrue(found.contains(known), known + " is not among " + found);
        }
        assertEquals(MARK, new Careless(1, MARK).token());
        assertTrue(make(Careless.class).toString().contains(MARK), "a record as Java makes it shows all");
    }

    private record Careless(int number, String token) {}

    /** With the mark in place of every secret, and the least of all else. */
    private static Object make(Class<?> type) {
        if (SAMPLES.containsKey(type)) {
            return SAMPLES.get(type);
        }
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = Arrays.stream(components)
                .map(component -> isSecret(component) ? mark(component) : least(component.getType()))
                .toArray();
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException refused) {
            throw new AssertionError(type + " cannot be made of " + Arrays.toString(values), refused);
        }
    }

    private static Object mark(RecordComponent component) {
        return component.getType() == Optional.class ? Optional.of(MARK) : MARK;
    }

    private static Object least(Class<?> type) {
        if (type == String.class) {
            return "a";
        } else if (type == boolean.class) {
            return false;
        } else if (type == int.class) {
            return 64;
        } else if (type == long.class) {
            return 64L;
        } else if (type == double.class) {
            return 64.0;
        } else if (type == Optional.class) {
            return Optional.empty();
        } else if (type == List.class) {
            return List.of();
        } else if (type == Map.class) {
            return Map.of();
        } else if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        return type.isRecord() ? make(type) : null;
    }
}
