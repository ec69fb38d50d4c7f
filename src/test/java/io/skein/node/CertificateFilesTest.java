package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.tls.TestAuthority;
import io.skein.tls.TestAuthority.Identity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CertificateFilesTest {
    @TempDir
    private static Path directory;

    private static TestAuthority authority;
    private static Identity node;
    private static Identity other;

    private final Vertx vertx = Vertx.vertx();

    @BeforeAll
    static void authority() {
        authority = new TestAuthority(directory, "ours");
        node = authority.identity("node");
        other = authority.identity("other");
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private String problem(Path certificate, Path key, Path ca) {
        var files = new CertificateFiles("--peer", certificate, key, Optional.of(ca));
        return assertThrows(ConfigurationProblem.class, () -> files.read(vertx)).getMessage();
    }

    @Test
    void whatFitsTogetherIsRead() {
        new CertificateFiles("--peer", node.certificate(), node.key(), Optional.of(authority.certificate()))
                .read(vertx);
        new CertificateFiles("--tls", node.certificate(), node.key(), Optional.empty()).read(vertx);
    }

    @Test
    void whatCannotServeIsSaidInASentenceThatNamesTheFileAndNothingOfAKey() throws IOException {
        Path ca = authority.certificate();
        Path nowhere = directory.resolve("nowhere.pem");
        assertEquals("--peer-cert: " + nowhere + " is not there", problem(nowhere, node.key(), ca));
        assertEquals("--peer-ca: " + nowhere + " is not there", problem(node.certificate(), node.key(), nowhere));
        assertEquals(
                "--peer-key: " + other.key() + " is not the key of the certificate " + node.certificate(),
                problem(node.certificate(), other.key(), ca));
        Path junk = Files.writeString(directory.resolve("junk.pem"), "sesame");
        assertTrue(problem(junk, node.key(), ca).startsWith("--peer-cert: " + junk + " holds no certificate in PEM"));
        String noKey = problem(node.certificate(), junk, ca);
        assertTrue(
                noKey.startsWith("--peer-key: " + junk + " holds no private key that can be used (PEM, PKCS #8, not "),
                noKey);
        assertFalse(noKey.contains("sesame"), noKey);
        Identity old = authority.expired("old");
        assertTrue(problem(old.certificate(), old.key(), ca).contains("old.crt expired at "));
        TestAuthority theirs = new TestAuthority(directory, "theirs");
        String unsigned = problem(node.certificate(), node.key(), theirs.certificate());
        assertTrue(
                unsigned.startsWith("--peer-cert: " + node.certificate() + " is not signed by the authority in "
                        + theirs.certificate() + " (PKIX path"),
                unsigned);
        Path directoryItself = directory;
        assertFalse(problem(directoryItself, node.key(), ca).isEmpty());
    }

    @Test
    void whatIsRenewedIsReadAndWhatCannotServeChangesNothing() throws IOException {
        Identity shown = authority.identity("shown");
        Identity next = authority.identity("next");
        var files = new CertificateFiles("--tls", shown.certificate(), shown.key(), Optional.empty());
        List<Certificates> renewed = new CopyOnWriteArrayList<>();
        CertificateWatch watch = CertificateWatch.begin(vertx, files, 20, read -> {
                    renewed.add(read);
                    return Future.succeededFuture();
                })
                .await();
        Certificates first = watch.current();

        Files.writeString(shown.certificate(), "half a certif");
        Awaitility.await().until(() -> !watch.complaint().isEmpty());
        assertTrue(watch.complaint().startsWith("--tls-cert: " + shown.certificate()), watch.complaint());
        assertEquals(first, watch.current());
        assertTrue(renewed.isEmpty());

        TestAuthority.replace(shown, next);
        Awaitility.await().until(() -> !first.equals(watch.current()));
        assertEquals(List.of(watch.current()), renewed);
        assertEquals("", watch.complaint());
        watch.close();
    }

    @Test
    void whatCouldNotBeShownIsShownAtTheNextLook() throws IOException {
        Identity shown = authority.identity("first");
        var files = new CertificateFiles("--tls", shown.certificate(), shown.key(), Optional.empty());
        List<Certificates> tried = new CopyOnWriteArrayList<>();
        CertificateWatch watch = CertificateWatch.begin(vertx, files, 20, read -> {
                    tried.add(read);
                    if (tried.size() == 1) {
                        throw new IllegalStateException();
                    }
                    return tried.size() == 2 ? Future.failedFuture((String) null) : Future.succeededFuture();
                })
                .await();
        Certificates first = watch.current();

        TestAuthority.replace(shown, authority.identity("second"));

        Awaitility.await().until(() -> !first.equals(watch.current()));
        assertEquals(3, tried.size());
        watch.close();
    }
}
