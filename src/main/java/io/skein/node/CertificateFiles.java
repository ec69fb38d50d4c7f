package io.skein.node;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * Where a certificate, its key and perhaps the authority stand, as PEM (RFC 7468).
 *
 * @param flag what the flags of the files begin with: {@code --tls} or {@code --peer}
 * @param certificate the own one first, then what leads to its authority
 * @param key not encrypted
 * @param authority whose certificates are taken of the other side; empty: it need not show one
 */
public record CertificateFiles(String flag, Path certificate, Path key, Optional<Path> authority) {
    private static final long MAX_BYTES = 1 << 20;

    /** By the algorithm of a key, one that signs with it. */
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    /**
     * Reads and checks them. Blocks.
     *
     * @throws ConfigurationProblem with a sentence for the operator, when a handshake with them could not succeed
     */
    Certificates read(Vertx vertx) {
        Buffer chain = bytes("cert", certificate);
        Buffer secret = bytes("key", key);
        List<X509Certificate> own = certificates("cert", certificate, chain);
        mustBeValid("cert", certificate, own.get(0));
        var identity = new PemKeyCertOptions().addCertValue(chain).addKeyValue(secret);
        mustBelongTogether(vertx, identity, own.get(0));
        Optional<Buffer> trusted = authority.map(file -> bytes("ca", file));
        trusted.ifPresent(pem -> mustBeSigned(vertx, pem, own));
        return new Certificates(chain, secret, trusted);
    }

    private Buffer bytes(String what, Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw problem(what, file, "is too large for PEM");
            }
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (NoSuchFileException missing) {
            throw problem(what, file, "is not there");
        } catch (IOException unreadable) {
            throw problem(what, file, "cannot be read (" + unreadable.getMessage() + ")");
        }
    }

    private List<X509Certificate> certificates(String what, Path file, Buffer pem) {
        try {
            List<X509Certificate> all =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(pem.getBytes()))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!all.isEmpty()) {
                return all;
            }
        } catch (CertificateException malformed) {
            throw problem(what, file, "holds no certificate in PEM (" + malformed.getMessage() + ")");
        }
        throw problem(what, file, "holds no certificate in PEM");
    }

    private void mustBeValid(String what, Path file, X509Certificate own) {
        try {
            own.checkValidity();
        } catch (CertificateExpiredException expired) {
            throw problem(what, file, "expired at " + own.getNotAfter().toInstant());
        } catch (CertificateNotYetValidException early) {
            throw problem(
                    what, file, "is not valid before " + own.getNotBefore().toInstant());
        }
    }

    /** What is said of a key never repeats anything of its file. */
    private void mustBelongTogether(Vertx vertx, PemKeyCertOptions identity, X509Certificate own) {
        boolean together;
        try {
            X509KeyManager keys =
                    (X509KeyManager) identity.getKeyManagerFactory(vertx).getKeyManagers()[0];
            String algorithm = own.getPublicKey().getAlgorithm();
            String[] names = keys.getServerAliases(algorithm, null);
            together = names != null && names.length > 0 && signs(keys.getPrivateKey(names[0]), own);
        } catch (Exception unusable) {
            // Vert.x declares no narrower one.
            throw problem(
                    "key",
                    key,
                    "holds no private key that can be used (PEM, PKCS #8, not encrypted; "
                            + unusable.getClass().getSimpleName() + ")");
        }
        if (!together) {
            throw problem("key", key, "is not the key of the certificate " + certificate);
        }
    }

    private static boolean signs(PrivateKey key, X509Certificate own) throws GeneralSecurityException {
        String algorithm = SIGNATURES.get(own.getPublicKey().getAlgorithm());
        if (algorithm == null) {
            return true;
        }
        byte[] text = {1, 2, 3};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(own.getPublicKey());
        signature.update(text);
        return signature.verify(signed);
    }

    /** Else no peer with the same authority would take it. */
    private void mustBeSigned(Vertx vertx, Buffer pem, List<X509Certificate> own) {
        Path file = authority.orElseThrow();
        certificates("ca", file, pem);
        try {
            for (TrustManager manager : new PemTrustOptions()
                    .addCertValue(pem)
                    .getTrustManagerFactory(vertx)
                    .getTrustManagers()) {
                X509Certificate[] chain = own.toArray(X509Certificate[]::new);
                String algorithm = own.get(0).getPublicKey().getAlgorithm();
                ((X509TrustManager) manager).checkClientTrusted(chain, algorithm);
                ((X509TrustManager) manager)
                        .checkServerTrusted(chain, algorithm.equals("RSA") ? "ECDHE_RSA" : "ECDHE_ECDSA");
            }
        } catch (CertificateException untrusted) {
            throw problem(
                    "cert",
                    certificate,
                    "is not signed by the authority in " + file + " (" + untrusted.getMessage() + ")");
        } catch (Exception unusable) {
            // Vert.x declares no narrower one.
            throw problem("ca", file, "cannot be used (" + unusable + ")");
        }
    }

    private ConfigurationProblem problem(String what, Path file, String why) {
        return new ConfigurationProblem(flag + "-" + what + ": " + file + " " + why);
    }

    /** The files' names, for a sentence. */
    @Override
    public String toString() {
        return flag + "-cert " + certificate + ", " + key
                + authority.map(file -> ", " + file).orElse("");
    }
}
