package dev.unbusy.cli;

import dev.unbusy.text.Text;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which running service a command speaks to: the one named by {@code --url}, else the only one on this machine.
 *
 * @param certificate the only one to trust there; null for those that the Java runtime trusts
 * @param token what it takes instead of a key; null where it is not this user's on this machine
 */
record ServiceAddress(
        URI url, @Nullable Path certificate, @Nullable String token) {

    static ServiceAddress find(Io io, @Nullable String url) {
        if (url != null) {
            URI named = parse(url);
            return new RuntimeFiles(io.environment())
                    .list().stream()
                            .filter(one -> one.url().equals(named))
                            .findFirst()
                            .map(ServiceAddress::of)
                            .orElse(new ServiceAddress(named, null, null));
        }
        List<RuntimeFiles.Running> running = new RuntimeFiles(io.environment()).list();
        if (running.isEmpty()) {
            throw new CliException(
                    "no-service",
                    Text.of("No Unbusy service of this user runs on this machine", "当前用户在本机上没有正在运行的 Unbusy 服务"),
                    Text.of(
                            "Start one with `unbusy up`, or name another with --url http://HOST:PORT.",
                            "请先用 `unbusy up` 启动，或用 --url http://主机:端口 指定其他服务。"));
        }
        if (running.size() > 1) {
            String urls = String.join(
                    ", ", running.stream().map(one -> one.url().toString()).toList());
            throw new CliException(
                    "several-services",
                    Text.of("Several services run here: %s", "本机有多个服务在运行：%s", urls),
                    Text.of("Name one with --url.", "请用 --url 指定其中一个。"));
        }
        return of(running.getFirst());
    }

    static ServiceAddress of(RuntimeFiles.Running running) {
        return new ServiceAddress(running.url(), running.certificate(), running.token());
    }

    /** Without the token: this is what ends up in logs. */
    @Override
    public String toString() {
        return url.toString();
    }

    private static URI parse(String url) {
        try {
            URI uri = URI.create(url);
            boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            boolean port = uri.getPort() == -1 || (uri.getPort() > 0 && uri.getPort() <= 65_535);
            boolean bare = uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
            if (uri.getHost() != null && web && port && bare) {
                return URI.create(uri.toString().replaceAll("/+$", "").replaceAll("/v1$", ""));
            }
        } catch (IllegalArgumentException e) {
            throw wrong(url, e);
        }
        throw wrong(url, null);
    }

    private static CliException wrong(String url, @Nullable Throwable cause) {
        return new CliException(
                "usage",
                Text.of("--url is \"%s\"; it must be http://HOST:PORT", "--url 的值为 \"%s\"，应为 http://主机:端口", url),
                Text.of(
                        "Write it as `unbusy status` shows it, for instance http://127.0.0.1:8080.",
                        "请按 `unbusy status` 显示的形式填写，例如 http://127.0.0.1:8080。"),
                cause);
    }
}
