package io.skein.sim;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * On a JUnit 5 test class, or on one of its methods: parameters of type {@link Sim} are a cluster like this. Each test has a
 * fresh one, closed after it.
 *
 * <pre>{@code
 * @SkeinTest
 * class OrdersTest {
 *     @Test
 *     void anOrderIsRemindedOfAfterThreeDays(Sim sim) {
 *         ...
 *         sim.clock().advance(Duration.ofDays(3));
 *         ...
 *     }
 * }
 * }</pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(SkeinExtension.class)
public @interface SkeinTest {
    /** 1 to 9. */
    int nodes() default 1;

    /** See {@link SimOptions#seed}. */
    long seed() default 42;

    /** Settings of all nodes as {@code key=value}, for example {@code "auth=true"} ({@link SimOptions#settings}). */
    String[] settings() default {};

    /** One cluster for all tests of the class, which then see what others left; also for {@code @BeforeAll}. */
    boolean shared() default false;
}
