package dev.unbusy.hub;

import dev.unbusy.text.Text;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the two hubs are. The configuration decides, else the environment variables that the hubs' own tools read, else
 * the public addresses.
 *
 * @param huggingFace without a slash at the end
 * @param modelScope without a slash at the end
 */
record Endpoints(URI huggingFace, URI modelScope) {
    static Endpoints of(HubConfig config, Map<String, String> environment) {
        return new Endpoints(
                endpoint(
                        "HF_ENDPOINT",
                        first(config.huggingFaceEndpoint(), environment.get("HF_ENDPOINT")),
                        "https://huggingface.co"),
                endpoint(
                        "MODELSCOPE_ENDPOINT",
                        first(
                                config.modelScopeEndpoint(),
                                environment.get("MODELSCOPE_ENDPOINT"),
                                environment.get("MODELSCOPE_DOMAIN")),
                        "https://modelscope.cn"));
    }

    private static String first(@Nullable String... candidates) {
        for (String candidate : candidates) {
            if (candidate != null && !candidate.isBlank()) {
                return candidate.strip();
            }
        }
        return "";
    }

    private static URI endpoint(String name, String value, String standard) {
        String text = value.isEmpty() ? standard : value;
        // MODELSCOPE_DOMAIN holds a bare host name.
        if (!text.toLowerCase(Locale.ROOT).matches("https?://.*")) {
            text = "https://" + text;
        }
        text = text.replaceAll("/+$", "");
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw invalid(name, value, e);
        }
        throw invalid(name, value, null);
    }

    private static HubException invalid(String name, String value, @Nullable Throwable cause) {
        return new HubException(
                "hub-endpoint-invalid",
                // The value is not repeated where it may hold a password.
                value.contains("@")
                        ? Text.of("%s holds a user name or password.", "%s 中含有用户名或密码。", name)
                        : Text.of("%s is \"%s\", which is no web address.", "%s 的值 “%s” 不是有效的网址。", name, value),
                Text.of("Set it to an address such as https://hub.example.com", "请设置为类似 https://hub.example.com 的地址"),
                cause);
    }
}
