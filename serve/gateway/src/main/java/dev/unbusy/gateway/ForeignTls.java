package dev.unbusy.gateway;

import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whose certificates of foreign servers are believed: those of the authorities that the JDK knows, or of the ones in a file.
 *
 * @param looks for the client that looks at servers
 * @param requests for the connections that carry requests
 */
record ForeignTls(SSLContext looks, SslContext requests) {

    /**
     * @param authorities PEM certificates; null for the JDK's
     * @throws GatewayException where the file cannot be used
     */
    static ForeignTls of(@Nullable Path authorities) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities == null ? null : store(authorities));
            SSLContext looks = SSLContext.getInstance("TLS");
            looks.init(null, trust.getTrustManagers(), null);
            SslContext requests = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .trustManager(trust)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .endpointIdentificationAlgorithm("HTTPS")
                    .build();
            return new ForeignTls(looks, requests);
        } catch (IOException e) {
            throw unusable(authorities, FileFailure.of(e), e);
        } catch (GeneralSecurityException e) {
            throw unusable(authorities, Text.same(String.valueOf(e.getMessage())), e);
        }
    }

    private static KeyStore store(Path authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(authorities)) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + store.size(), certificate);
            }
        }
        if (store.size() == 0) {
            throw new GeneralSecurityException("no certificate stands in it");
        }
        return store;
    }

    private static GatewayException unusable(@Nullable Path authorities, Text why, Exception cause) {
        return new GatewayException(
                "backend-ca",
                Text.of(
                        "The certificates in %s cannot be used: %s.",
                        "无法使用 %s 中的证书：%s。", authorities == null ? "the JDK" : authorities, why),
                Text.of(
                        "backends.ca_file must hold the certificates, in PEM, of the authorities that signed those of the https servers.",
                        "backends.ca_file 应包含为 https 服务签发证书的机构的 PEM 证书。"),
                cause);
    }
}
