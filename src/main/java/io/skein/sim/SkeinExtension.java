package io.skein.sim;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Gives JUnit 5 tests a {@link Sim}: what {@link SkeinTest} says, or one node. The only class here, with that annotation, that
 * knows JUnit, which is not in the jar.
 */
public final class SkeinExtension implements ParameterResolver {
    private static final Namespace OURS = Namespace.create(SkeinExtension.class);

    static {
        // JUnit has a moment of its own before the first test.
        Primer.begin();
    }

    /** Closed by JUnit when its test, or its class, is over. JUnit before 5.13 knows it by the older of the two. */
    @SuppressWarnings("deprecation")
    private record Open(Sim sim) implements AutoCloseable, ExtensionContext.Store.CloseableResource {
        @Override
        public void close() {
            sim.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Sim.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Optional<SkeinTest> said = said(context);
        ExtensionContext owner = said.filter(SkeinTest::shared).isPresent() ? ofClass(context) : context;
        // What a class has, its methods see too, unless it is called otherwise.
        return owner.getStore(OURS)
                .getOrComputeIfAbsent(owner.getUniqueId(), key -> new Open(Sim.start(options(said))), Open.class)
                .sim();
    }

    /** Of the method first, then of its class, then of the one around that. */
    private static Optional<SkeinTest> said(ExtensionContext context) {
        Optional<ExtensionContext> at = Optional.of(context);
        while (at.isPresent()) {
            Optional<SkeinTest> said = AnnotationSupport.findAnnotation(at.get().getElement(), SkeinTest.class);
            if (said.isPresent()) {
                return said;
            }
            at = at.get().getParent();
        }
        return Optional.empty();
    }

    private static ExtensionContext ofClass(ExtensionContext context) {
        return context.getTestMethod().isPresent() ? context.getParent().orElse(context) : context;
    }

    private static SimOptions options(Optional<SkeinTest> said) {
        if (said.isEmpty()) {
            return SimOptions.of(1, 42);
        }
        SimOptions options = SimOptions.of(said.get().nodes(), said.get().seed());
        for (String setting : said.get().settings()) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("a setting is key=value, not \"" + setting + '"');
            }
            options = options.with(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return options;
    }
}
