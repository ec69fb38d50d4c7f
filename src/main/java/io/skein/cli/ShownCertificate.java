package io.skein.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.OptionalLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** The certificate with which a node answers, whether or not it is believed. */
final class ShownCertificate {
    private ShownCertificate() {}

    /**
     * Whoever signed it: what is over is to be said, and not that it is over. Nothing is sent.
     *
     * @return epoch milliseconds; empty when none was shown
     */
    static OptionalLong ends(URI where, Duration patience) {
        TrustManager any = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String how) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String how) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {any}, null);
            try (Socket plain = new Socket()) {
                String host = where.getHost().replaceAll("[\\[\\]]", "");
                plain.connect(new InetSocketAddress(host, where.getPort()), (int) patience.toMillis());
                plain.setSoTimeout((int) patience.toMillis());
                try (SSLSocket socket =
                        (SSLSocket) context.getSocketFactory().createSocket(plain, host, where.getPort(), true)) {
                    socket.startHandshake();
                    X509Certificate shown =
                            (X509Certificate) socket.getSession().getPeerCertificates()[0];
                    return OptionalLong.of(shown.getNotAfter().getTime());
                }
            }
        } catch (IOException | GeneralSecurityException none) {
            return OptionalLong.empty();
        }
    }
}
