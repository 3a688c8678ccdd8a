package dev.unbusy.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.unbusy.hub.InstalledModel;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Installed models as the contract's JSON. */
final class ModelsJson {
    private ModelsJson() {}

    /** @param standard the one that {@code up} takes by itself; null if none */
    static String of(List<InstalledModel> models, @Nullable InstalledModel standard) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeArrayFieldStart("models");
            for (InstalledModel model : models) {
                write(json, model, standard == null ? null : (Boolean) model.equals(standard));
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, InstalledModel model, @Nullable Boolean standard) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", ModelWish.shortName(model.id()));
        json.writeStringField("file", model.file().toString());
        json.writeNumberField("bytes", model.bytes());
        json.writeStringField("quantization", model.quantization());
        json.writeStringField("architecture", model.architecture());
        json.writeStringField("fullId", model.id());
        json.writeStringField("source", model.source());
        if (standard != null) {
            json.writeBooleanField("default", standard);
        }
        json.writeEndObject();
    }
}
