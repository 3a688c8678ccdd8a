package dev.unbusy.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens of the hubs. A token goes to the hub's own scheme, host and port and nowhere else: downloads are
 * redirected to storage hosts that must not see it. Never printed.
 */
final class HubTokens {
    private static final String HF_TOKEN = "HF_TOKEN";
    private static final String HUGGING_FACE_HUB_TOKEN = "HUGGING_FACE_HUB_TOKEN";
    private static final String MODELSCOPE_API_TOKEN = "MODELSCOPE_API_TOKEN";
    /** Environment variables that hold a token. */
    static final Set<String> VARIABLES = Set.of(HF_TOKEN, HUGGING_FACE_HUB_TOKEN, MODELSCOPE_API_TOKEN);

    private final Endpoints endpoints;
    private final @Nullable String huggingFace;
    private final @Nullable String modelScope;

    private HubTokens(Endpoints endpoints, @Nullable String huggingFace, @Nullable String modelScope) {
        this.endpoints = endpoints;
        this.huggingFace = huggingFace;
        this.modelScope = modelScope;
    }

    /**
     * Hugging Face: {@code HF_TOKEN}, {@code HUGGING_FACE_HUB_TOKEN}, else the file that {@code hf auth login} writes.
     * ModelScope: {@code MODELSCOPE_API_TOKEN}.
     */
    static HubTokens of(Endpoints endpoints, Map<String, String> environment) {
        String huggingFace = clean(environment.get(HF_TOKEN));
        if (huggingFace == null) {
            huggingFace = clean(environment.get(HUGGING_FACE_HUB_TOKEN));
        }
        if (huggingFace == null) {
            huggingFace = fromFile(tokenFile(environment));
        }
        return new HubTokens(endpoints, huggingFace, clean(environment.get(MODELSCOPE_API_TOKEN)));
    }

    private static Path tokenFile(Map<String, String> environment) {
        String file = environment.get("HF_TOKEN_PATH");
        if (file != null && !file.isBlank()) {
            return Path.of(file);
        }
        String home = environment.get("HF_HOME");
        if (home != null && !home.isBlank()) {
            return Path.of(home, "token");
        }
        String user = environment.getOrDefault("HOME", System.getProperty("user.home", "."));
        String cache = environment.get("XDG_CACHE_HOME");
        return (cache == null || cache.isBlank() ? Path.of(user, ".cache") : Path.of(cache))
                .resolve("huggingface")
                .resolve("token");
    }

    private static @Nullable String fromFile(Path file) {
        try {
            return Files.isRegularFile(file) && Files.size(file) < 10_000 ? clean(Files.readString(file)) : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Null for what cannot be a token; line ends inside a header would let it smuggle further headers. */
    private static @Nullable String clean(@Nullable String token) {
        String stripped = token == null ? "" : token.strip();
        return stripped.isEmpty() || !stripped.chars().allMatch(c -> c > ' ' && c < 0x7f) ? null : stripped;
    }

    boolean has(ModelReference.Hub hub) {
        return (hub == ModelReference.Hub.HUGGING_FACE ? huggingFace : modelScope) != null;
    }

    /** The headers that authorise a request to this address; empty for every host that is not the hub. */
    Map<String, String> headers(URI uri) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (huggingFace != null && sameOrigin(uri, endpoints.huggingFace())) {
            headers.put("Authorization", "Bearer " + huggingFace);
        } else if (modelScope != null && sameOrigin(uri, endpoints.modelScope())) {
            headers.put("Authorization", "Bearer " + modelScope);
            headers.put("Cookie", "m_session_id=" + modelScope);
        }
        return headers;
    }

    static boolean sameOrigin(URI a, URI b) {
        return a.getScheme().equalsIgnoreCase(b.getScheme())
                && String.valueOf(a.getHost())
                        .toLowerCase(Locale.ROOT)
                        .equals(String.valueOf(b.getHost()).toLowerCase(Locale.ROOT))
                && port(a) == port(b);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    @Override
    public String toString() {
        return "HubTokens[huggingFace=" + (huggingFace == null ? "none" : "set") + ", modelScope="
                + (modelScope == null ? "none" : "set") + "]";
    }
}
