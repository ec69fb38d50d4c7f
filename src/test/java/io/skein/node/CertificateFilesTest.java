package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.tls.TestAuthority;
import io.skein.tls.TestAuthority.Identity;
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
        assertEquals("--peer-cert: " + junk + " holds no certificate in PEM", problem(junk, node.key(), ca));
        assertEquals(
                "--peer-key: " + junk + " holds no private key that can be used (PEM, PKCS #8, not encrypted)",
                problem(node.certificate(), junk, ca));
        Identity old = authority.expired("old");
        assertTrue(problem(old.certificate(), old.key(), ca).contains("old.crt expired at "));
        TestAuthority theirs = new TestAuthority(directory, "theirs");
        assertEquals(
                "--peer-cert: " + node.certificate() + " is not signed by the authority in " + theirs.certificate(),
                problem(node.certificate(), node.key(), theirs.certificate()));
        Path directoryItself = directory;
        assertFalse(problem(directoryItself, node.key(), ca).isEmpty());
    }

    @Test
    void whatIsRenewedIsReadAndWhatCannotServeChangesNothing() throws IOException {
        Identity shown = authority.identity("shown");
        Identity next = authority.identity("next");
        var files = new CertificateFiles("--tls", shown.certificate(), shown.key(), Optional.empty());
        List<Certificates> renewed = new CopyOnWriteArrayList<>();
        CertificateWatch watch =
                CertificateWatch.begin(vertx, files, 20, renewed::add).await();
        Certificates first = watch.current();

        byte[] certificate = Files.readAllBytes(shown.certificate());
        Files.writeString(shown.certificate(), "half a certif");
        Files.write(shown.certificate(), certificate);
        TestAuthority.replace(shown, next);

        Awaitility.await().until(() -> !renewed.isEmpty());
        assertEquals(watch.current(), renewed.get(renewed.size() - 1));
        assertFalse(first.equals(watch.current()));
        watch.close();
    }
}
