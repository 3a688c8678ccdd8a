package dev.unbusy.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Chooses a proxy by {@code https_proxy}, {@code http_proxy}, {@code all_proxy} and {@code no_proxy}, as curl does. */
final class EnvironmentProxy extends ProxySelector {
    private final Map<String, String> environment;

    EnvironmentProxy(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        String proxy = variable(scheme + "_proxy");
        if (proxy == null) {
            proxy = variable("all_proxy");
        }
        InetSocketAddress address = proxy == null || isExempt(String.valueOf(uri.getHost())) ? null : address(proxy);
        return List.of(address == null ? Proxy.NO_PROXY : new Proxy(Proxy.Type.HTTP, address));
    }

    private @Nullable String variable(String name) {
        String value = environment.get(name);
        // HTTP_PROXY in capitals is left out: a CGI server sets it from a request header.
        if ((value == null || value.isBlank()) && !name.equals("http_proxy")) {
            value = environment.get(name.toUpperCase(Locale.ROOT));
        }
        return value == null || value.isBlank() ? null : value.strip();
    }

    private boolean isExempt(String host) {
        String exempt = variable("no_proxy");
        String lower = host.toLowerCase(Locale.ROOT);
        if (lower.equals("localhost") || lower.startsWith("127.") || lower.equals("[::1]")) {
            return true;
        }
        if (exempt == null) {
            return false;
        }
        for (String entry : exempt.toLowerCase(Locale.ROOT).split("[,\\s]+")) {
            String suffix = entry.startsWith("*.") ? entry.substring(1) : entry;
            if (entry.equals("*")
                    || lower.equals(suffix)
                    || (!suffix.isEmpty() && lower.endsWith(suffix.startsWith(".") ? suffix : "." + suffix))) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable InetSocketAddress address(String proxy) {
        try {
            URI uri = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
            // SOCKS is not spoken by Java's HTTP client.
            return uri.getHost() == null || uri.getScheme().startsWith("socks")
                    ? null
                    : InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // The request itself fails and is reported.
    }
}
