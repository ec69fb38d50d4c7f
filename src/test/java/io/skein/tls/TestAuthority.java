package io.skein.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority of one test that signs certificates, with the JDK's keytool, and writes them as PEM files. */
public final class TestAuthority {
    private static final String PASSWORD = "not a secret";

    /** Of one who shows who it is. */
    public record Identity(Path certificate, Path key) {}

    private final Path directory;
    private final String name;
    private final Path store;

    /** @param name of it and of its files */
    public TestAuthority(Path directory, String name) {
        this.directory = directory;
        this.name = name;
        this.store = directory.resolve(name + ".p12");
        keytool(store, "", "-genkeypair", "-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c=ca:true");
        write(path("pem"), keytool(store, "", "-exportcert", "-alias", "ca", "-rfc"));
    }

    private Path path(String extension) {
        return directory.resolve(name + "." + extension);
    }

    /** Its own certificate. */
    public Path certificate() {
        return path("pem");
    }

    /** Of a client that believes what it signed, and nobody else. */
    public SSLContext trusting() {
        try (InputStream in = Files.newInputStream(certificate())) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** For localhost and 127.0.0.1. */
    public Identity identity(String who) {
        return identity(who, "-validity", "2");
    }

    /** Of the day before yesterday. */
    public Identity expired(String who) {
        return identity(who, "-validity", "1", "-startdate", "-2d");
    }

    private Identity identity(String who, String... validity) {
        try {
            Path own = directory.resolve(name + "-" + who + ".p12");
            Files.deleteIfExists(own);
            keytool(own, "", "-genkeypair", "-alias", "own", "-dname", "CN=" + who);
            String request = keytool(own, "", "-certreq", "-alias", "own");
            List<String> signing = new ArrayList<>(
                    List.of("-gencert", "-alias", "ca", "-rfc", "-ext", "san=dns:localhost,ip:127.0.0.1"));
            signing.addAll(List.of(validity));
            String signed = keytool(store, request, signing.toArray(String[]::new));
            Path certificate = write(directory.resolve(name + "-" + who + ".crt"), signed);
            return new Identity(certificate, write(directory.resolve(name + "-" + who + ".key"), key(own)));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String key(Path own) throws IOException {
        try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(own))) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            byte[] encoded = keys.getKey("own", PASSWORD.toCharArray()).getEncoded();
            return "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** As somebody who renews a certificate does: whole, or not at all. */
    public static void replace(Identity old, Identity by) throws IOException {
        Files.move(by.key(), old.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.move(by.certificate(), old.certificate(), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String keytool(Path store, String input, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        if (command.contains("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        }
        try {
            Path said = Files.createTempFile("keytool", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectOutput(said.toFile())
                    .start();
            process.getOutputStream().write(input.getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(arguments[0] + ": " + Files.readString(said));
            }
            String text = Files.readString(said);
            Files.delete(said);
            return text;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
