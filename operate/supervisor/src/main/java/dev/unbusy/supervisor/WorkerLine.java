package dev.unbusy.supervisor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import java.io.IOException;
import java.net.URI;

/**
 * One line of a worker's standard output, both ways: {@code progress N} (parts of a thousand), {@code ready URL},
 * {@code failed JSON}. A worker is another process, so what it prints is foreign: everything else is {@link Other}.
 */
public sealed interface WorkerLine {
    record Loading(int permille) implements WorkerLine {}

    record Listening(URI uri) implements WorkerLine {}

    record Refused(LoadRefusal refusal) implements WorkerLine {}

    record Other(String text) implements WorkerLine {}

    static String loading(int permille) {
        return "progress " + permille;
    }

    static String listening(URI uri) {
        return "ready " + uri;
    }

    static String refused(UserError error) {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("code", error.code());
        json.put("en", error.text().en()).put("zh", error.text().zh());
        json.put("remedyEn", error.remedy().en()).put("remedyZh", error.remedy().zh());
        return "failed " + json;
    }

    static WorkerLine parse(String line) {
        int space = line.indexOf(' ');
        String rest = space < 0 ? "" : line.substring(space + 1);
        return switch (space < 0 ? line : line.substring(0, space)) {
            case "progress" -> progress(line, rest);
            case "ready" -> ready(line, rest);
            case "failed" -> failed(line, rest);
            default -> new Other(line);
        };
    }

    private static WorkerLine progress(String line, String rest) {
        return rest.matches("1000|\\d{1,3}") ? new Loading(Integer.parseInt(rest)) : new Other(line);
    }

    private static WorkerLine ready(String line, String rest) {
        try {
            URI uri = URI.create(rest);
            boolean usable = "http".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() > 0;
            return usable ? new Listening(uri) : new Other(line);
        } catch (IllegalArgumentException e) {
            return new Other(line);
        }
    }

    private static WorkerLine failed(String line, String rest) {
        try {
            JsonNode json = new ObjectMapper().readTree(rest);
            String code = json.path("code").asText();
            if (!code.matches("[a-z0-9-]{1,64}")) {
                return new Other(line);
            }
            return new Refused(new LoadRefusal(
                    code,
                    new Text(json.path("en").asText(), json.path("zh").asText()),
                    new Text(
                            json.path("remedyEn").asText(),
                            json.path("remedyZh").asText())));
        } catch (IOException e) {
            return new Other(line);
        }
    }
}
