package dev.unbusy.gateway;

import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One server that the gateway was told of by URL.
 *
 * @param id its name among the backends: host, port and path
 * @param uri {@code http} or {@code https}, with a port; what stands before {@code /v1} is its path
 * @param keyFile where its key stands; null where it wants none
 */
record ForeignServer(String id, URI uri, @Nullable Path keyFile, BackendAccess access) {
    private static final int MOST_ID_CHARS = 64;
    private static final int MOST_KEY_BYTES = 8192;
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /**
     * All servers that the configuration names.
     *
     * @param tls for those of {@code https}; null where there are none
     * @throws GatewayException where a URL or a file with a key cannot be used
     */
    static List<ForeignServer> all(ForeignConfig config, @Nullable SslContext tls) {
        Map<URI, Path> keyFiles = new HashMap<>();
        config.keyFiles().forEach((url, file) -> keyFiles.put(parse(url), Path.of(file)));
        List<ForeignServer> servers = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (String url : config.urls()) {
            URI uri = parse(url);
            Path keyFile = keyFiles.remove(uri);
            String key = keyFile == null ? null : key(keyFile);
            ForeignServer server =
                    new ForeignServer(id(uri), uri, keyFile, new BackendAccess(key, isHttps(uri) ? tls : null));
            if (!ids.add(server.id())) {
                throw wrong(uri.toString(), Text.of("it is named twice", "重复"));
            }
            servers.add(server);
        }
        for (URI uri : keyFiles.keySet()) {
            throw wrong(
                    uri.toString(),
                    Text.of(
                            "backends.key_files names it, backends.urls does not",
                            "它出现在 backends.key_files 中，却不在 backends.urls 中"));
        }
        return servers;
    }

    private static boolean isHttps(URI uri) {
        return "https".equals(uri.getScheme());
    }

    /** With its key as the file has it now; what cannot be read changes nothing. */
    ForeignServer refreshed() {
        Path file = keyFile;
        if (file == null) {
            return this;
        }
        try {
            String now = key(file);
            return now.equals(access.key())
                    ? this
                    : new ForeignServer(id, uri, file, new BackendAccess(now, access.tls()));
        } catch (GatewayException e) {
            return this;
        }
    }

    private static String key(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String key = new String(in.readNBytes(MOST_KEY_BYTES), StandardCharsets.US_ASCII).strip();
            if (!key.matches("[!-~]+")) {
                throw unusable(
                        file,
                        Text.of("it must hold one key of printable ASCII characters", "文件应只包含一个由可打印 ASCII 字符组成的密钥"),
                        null);
            }
            return key;
        } catch (IOException e) {
            throw unusable(file, FileFailure.of(e), e);
        }
    }

    private static GatewayException unusable(Path file, Text why, @Nullable IOException cause) {
        return new GatewayException(
                "backend-key",
                Text.of("The key in %s cannot be used: %s.", "无法使用 %s 中的密钥：%s。", file, why),
                Text.of(
                        "backends.key_files names for a server's URL the file that holds the key which that server asks for.",
                        "backends.key_files 为服务的 URL 指定存放其所需密钥的文件。"),
                cause);
    }

    private static String id(URI uri) {
        String id =
                (uri.getAuthority() + uri.getPath()).replaceAll("[\\[\\]]", "").replaceAll("[^A-Za-z0-9._:-]", ".");
        return id.length() <= MOST_ID_CHARS
                ? id
                : id.substring(0, MOST_ID_CHARS - 9) + "-" + String.format("%08x", id.hashCode());
    }

    private static URI parse(String url) {
        URI uri;
        try {
            uri = URI.create(url.strip());
        } catch (IllegalArgumentException e) {
            throw wrong(url, Text.of("it is no URL", "不是 URL"));
        }
        if (uri.getUserInfo() != null) {
            throw wrong("(with credentials)", Text.of("credentials cannot stand in it", "其中不能包含凭据"));
        }
        if (!("http".equals(uri.getScheme()) || isHttps(uri)) || uri.getHost() == null) {
            throw wrong(
                    url,
                    Text.of("it must be http://HOST:PORT or https://HOST:PORT", "应为 http://主机:端口 或 https://主机:端口"));
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        path = path.replaceFirst("/+$", "").replaceFirst("(^|/)v1$", "").replaceFirst("/+$", "");
        if (!path.matches("(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
                || uri.getQuery() != null
                || uri.getFragment() != null) {
            throw wrong(
                    url,
                    Text.of("its path must be one that stands before /v1, without a query", "路径应为 /v1 之前的部分，且不含查询参数"));
        }
        int port = uri.getPort() < 0 ? (isHttps(uri) ? HTTPS : HTTP) : uri.getPort();
        return URI.create(uri.getScheme() + "://" + uri.getHost() + ":" + port + path);
    }

    private static GatewayException wrong(String url, Text why) {
        return new GatewayException(
                "backend-url",
                Text.of("The backend %s cannot be used: %s.", "无法使用后端 %s：%s。", url, why),
                Text.of(
                        "Name each server once as http://HOST:PORT or https://HOST:PORT/PATH, for instance http://127.0.0.1:8000; a"
                                + " key goes into a file that backends.key_files names.",
                        "每个服务写一次，形如 http://主机:端口 或 https://主机:端口/路径，例如 http://127.0.0.1:8000；密钥写入文件，并在"
                                + " backends.key_files 中指定该文件。"),
                null);
    }
}
