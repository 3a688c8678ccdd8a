package dev.unbusy.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.text.Text;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which model of a running service is meant. Works with any OpenAI-compatible server. */
final class ServedModels {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ServiceClient client;

    ServedModels(ServiceClient client) {
        this.client = client;
    }

    /**
     * The id of the model that goes by a name; without one, of the first that the service lists.
     *
     * @throws CliException if there is none
     */
    String resolve(@Nullable String name) throws InterruptedException {
        if (name == null) {
            return list().getFirst();
        }
        String path = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
        HttpResponse<String> card = client.getAny("/v1/models/" + path);
        if (card.statusCode() == 200) {
            String id = id(card.body());
            return id == null ? name : id; // only an Unbusy gateway knows aliases
        }
        if (card.statusCode() != 404) {
            return name; // a server without this path, or one that wants a key: the question will tell
        }
        List<String> ids = list();
        if (ids.contains(name)) {
            return name;
        }
        throw new CliException(
                "model-not-served",
                Text.of("The service has no model \"%s\"", "服务没有名为 \"%s\" 的模型", name),
                Text.of("It has %s.", "可用的模型：%s。", String.join(", ", ids)));
    }

    private List<String> list() throws InterruptedException {
        JsonNode models = client.getJson("/v1/models").path("data");
        List<String> ids = new ArrayList<>();
        models.forEach(model -> ids.add(model.path("id").asText()));
        if (ids.isEmpty()) {
            throw new CliException(
                    "no-model",
                    Text.of("The service has no model yet", "服务尚未加载任何模型"),
                    Text.of("Wait until `unbusy status` shows a worker as ready.", "请等待 `unbusy status` 显示工作进程就绪。"));
        }
        return ids;
    }

    private static @Nullable String id(String card) {
        try {
            JsonNode id = JSON.readTree(card).path("id");
            return id.isTextual() ? id.asText() : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
