package io.skein.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The product with one mistake: a patch is applied to a copy of one source file, compiled in memory, and everything of
 * ours is loaded anew with it. Nothing of that touches the product, which has no switch for it.
 *
 * <p>A patch is a sentence, {@code --- file} below the source root, then lines with {@code -} that are replaced by those
 * with {@code +}, and that again for another place. They are found by their text, whatever line they are at, and must be
 * there once.
 */
final class Mutant extends ClassLoader {
    private static final Path SOURCES = Path.of("src/main/java");

    private final Map<String, byte[]> compiled;

    private Mutant(Map<String, byte[]> compiled) {
        super(Mutant.class.getClassLoader());
        this.compiled = compiled;
        setDefaultAssertionStatus(true);
    }

    /** A place in a file and what is there instead. */
    private record Hunk(String file, List<String> before, List<String> after) {}

    static Mutant of(Path patch) throws IOException {
        Map<String, byte[]> compiled = new HashMap<>();
        sources(patch).forEach((file, source) -> compiled.putAll(compile(file, source)));
        return new Mutant(compiled);
    }

    /**
     * By file, what is in it with the mistake.
     *
     * @throws IllegalArgumentException when there is no place for it
     */
    static Map<String, String> sources(Path patch) throws IOException {
        List<Hunk> hunks = new ArrayList<>();
        for (String line : Files.readAllLines(patch)) {
            if (line.startsWith("--- ")) {
                hunks.add(new Hunk(line.substring(4), new ArrayList<>(), new ArrayList<>()));
            } else if (line.startsWith("-")) {
                hunks.get(hunks.size() - 1).before().add(line.substring(1).strip());
            } else if (line.startsWith("+")) {
                hunks.get(hunks.size() - 1).after().add(line.substring(1));
            }
        }
        Map<String, String> sources = new LinkedHashMap<>();
        for (Hunk hunk : hunks) {
            if (!sources.containsKey(hunk.file())) {
                sources.put(hunk.file(), Files.readString(SOURCES.resolve(hunk.file())));
            }
            sources.put(hunk.file(), replace(patch, sources.get(hunk.file()), hunk.before(), hunk.after()));
        }
        return sources;
    }

    private static String replace(Path patch, String source, List<String> before, List<String> after) {
        List<String> lines = new ArrayList<>(source.lines().toList());
        List<String> stripped = lines.stream().map(String::strip).toList();
        int at = -1;
        for (int i = 0; i + before.size() <= lines.size(); i++) {
            if (stripped.subList(i, i + before.size()).equals(before)) {
                if (at >= 0) {
                    throw new IllegalArgumentException(patch + " fits more than one place");
                }
                at = i;
            }
        }
        if (at < 0) {
            throw new IllegalArgumentException(patch + " fits no place any more: the source has changed");
        }
        lines.subList(at, at + before.size()).clear();
        lines.addAll(at, after);
        return String.join("\n", lines);
    }

    private static Map<String, byte[]> compile(String file, String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, ByteArrayOutputStream> classes = new HashMap<>();
        StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null);
        JavaFileManager inMemory = new ForwardingJavaFileManager<>(standard) {
            @Override
            public JavaFileObject getJavaFileForOutput(
                    Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + ".class"), kind) {
                    @Override
                    public OutputStream openOutputStream() {
                        return classes.computeIfAbsent(name, n -> new ByteArrayOutputStream());
                    }
                };
            }
        };
        var copy = new SimpleJavaFileObject(URI.create("memory:///" + file), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        var problems = new StringWriter();
        List<String> options = List.of("--release", "17", "-classpath", System.getProperty("java.class.path"));
        if (!compiler.getTask(problems, inMemory, null, options, null, List.of(copy))
                .call()) {
            throw new IllegalArgumentException("the mutant of " + file + " does not compile: " + problems);
        }
        Map<String, byte[]> bytes = new HashMap<>();
        classes.forEach((name, out) -> bytes.put(name, out.toByteArray()));
        return bytes;
    }

    @Override
    public Class<?> loadClass(String name) throws ClassNotFoundException {
        return loadClass(name, false);
    }

    /** Ours first, so that all of it is of this loader and meets the mistake. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            if (!name.startsWith("io.skein.")) {
                return super.loadClass(name, resolve);
            }
            byte[] bytes = compiled.containsKey(name) ? compiled.get(name) : original(name);
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    private byte[] original(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new ClassNotFoundException(name, unreadable);
        }
    }
}
