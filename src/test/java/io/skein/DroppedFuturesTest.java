package io.skein;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * A {@code Future} that nobody looks at hides its failure. A call that returns one must be returned, composed or ended
 * with {@code onComplete} or {@code onFailure}; a drop on purpose says so with {@code .onFailure(ignored -> {})}.
 */
class DroppedFuturesTest {

    private static final String FUTURE = "io.vertx.core.Future";

    /** These return their future for chaining; whoever ends with them has looked at the failure. */
    private static final Set<String> LOOKED_AT = Set.of("onComplete", "onFailure");

    @Test
    void noFutureIsDropped() throws IOException, URISyntaxException {
        Path classes = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> dropped = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes.resolve("io/skein"))) {
            files.filter(file -> file.toString().endsWith(".class"))
                    .filter(file -> !classes.relativize(file).startsWith("io/skein/wire"))
                    .sorted()
                    .forEach(file -> dropped.addAll(droppedIn(read(file))));
        }
        assertEquals("", String.join("\n", dropped), "futures that nobody looks at");
    }

    @Test
    void aDroppedFutureIsReportedWithClassAndLine() throws IOException {
        String name = Careless.class.getName().replace('.', '/') + ".class";
        List<String> dropped;
        try (InputStream bytes = Careless.class.getClassLoader().getResourceAsStream(name)) {
            dropped = droppedIn(node(bytes.readAllBytes()));
        }
        List<String> calls =
                dropped.stream().map(line -> line.replaceAll(":\\d+ ", ": ")).toList();
        String at = "io.skein.DroppedFuturesTest$Careless (DroppedFuturesTest.java: drops ";
        assertEquals(
                List.of(
                        at + "Vertx.close() in drops)",
                        at + "Future.onSuccess() in looksOnlyAtSuccess)",
                        at + "Vertx.undeploy() in dropsByReference)",
                        at + "Vertx.close() in a lambda of dropsInALambda)"),
                calls);
        assertEquals(Careless.thisLine() + 4, Integer.parseInt(dropped.get(0).replaceAll(".*java:(\\d+).*", "$1")));
    }

    private static List<String> droppedIn(ClassNode type) {
        List<String> dropped = new ArrayList<>();
        for (MethodNode method : type.methods) {
            int line = 0;
            for (AbstractInsnNode instruction : method.instructions) {
                if (instruction instanceof LineNumberNode number) {
                    line = number.line;
                }
                String call = droppedBy(instruction);
                if (call != null) {
                    dropped.add("%s (%s:%d drops %s in %s)"
                            .formatted(
                                    type.name.replace('/', '.'), type.sourceFile, line, call, readable(method.name)));
                }
            }
        }
        return dropped;
    }

    private static String droppedBy(AbstractInsnNode instruction) {
        if (instruction instanceof MethodInsnNode call
                && returnsFuture(call.desc)
                && !(LOOKED_AT.contains(call.name) && call.owner.equals(FUTURE.replace('.', '/')))
                && isPopped(call)) {
            return name(call.owner, call.name);
        }
        // A method reference such as vertx::undeploy given as a Handler: the future is dropped by the lambda's class.
        if (instruction instanceof InvokeDynamicInsnNode lambda
                && lambda.bsmArgs.length >= 3
                && lambda.bsmArgs[1] instanceof Handle target
                && lambda.bsmArgs[2] instanceof Type taken
                && returnsFuture(target.getDesc())
                && taken.getReturnType().equals(Type.VOID_TYPE)) {
            return name(target.getOwner(), target.getName());
        }
        return null;
    }

    private static boolean returnsFuture(String descriptor) {
        return Type.getReturnType(descriptor).getClassName().equals(FUTURE);
    }

    private static boolean isPopped(AbstractInsnNode call) {
        AbstractInsnNode next = call.getNext();
        while (next != null && next.getOpcode() < 0) { // labels, lines, frames
            next = next.getNext();
        }
        return next != null && next.getOpcode() == Opcodes.POP;
    }

    private static String name(String owner, String method) {
        return owner.substring(owner.lastIndexOf('/') + 1) + "." + method + "()";
    }

    /** {@code lambda$start$3} is a lambda of {@code start}. */
    private static String readable(String method) {
        return method.replaceFirst("^lambda\\$(.*)\\$\\d+$", "a lambda of $1");
    }

    private static ClassNode read(Path file) {
        try {
            return node(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ClassNode node(byte[] bytes) {
        ClassNode type = new ClassNode();
        new ClassReader(bytes).accept(type, ClassReader.SKIP_FRAMES);
        return type;
    }

    /** What the test must report, and two calls that it must not. */
    private static final class Careless {

        static int thisLine() {
            return new Throwable().getStackTrace()[0].getLineNumber();
        }

        static void drops(Vertx vertx) {
            vertx.close();
        }

        static void looksOnlyAtSuccess(Vertx vertx) {
            vertx.close().onSuccess(done -> {});
        }

        static Handler<String> dropsByReference(Vertx vertx) {
            return vertx::undeploy;
        }

        static Handler<String> dropsInALambda(Vertx vertx) {
            return id -> vertx.close();
        }

        static void looks(Vertx vertx) {
            vertx.close().onComplete(done -> {});
        }

        static void looksAtFailure(Vertx vertx) {
            vertx.close().onSuccess(done -> {}).onFailure(failure -> {});
        }
    }
}
