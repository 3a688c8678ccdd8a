package dev.unbusy.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.unbusy.api.WorkerStatus;
import dev.unbusy.hub.NativeDirectory;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/**
 * What {@code up --json} prints once requests will be answered, in one line, instead of the line {@code ready}. What
 * {@code status --json} prints too has the same keys; sentences are English, since programs read them. Pure.
 */
final class ReadyJson {
    private ReadyJson() {}

    /** @param workers as they are now: only the first of them to be ready is waited for */
    static String of(
            String url, long pid, ModelWish.Chosen model, NativeDirectory natives, List<WorkerStatus> workers) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeObjectFieldStart("gateway");
            json.writeStringField("url", url);
            json.writeNumberField("pid", pid);
            json.writeEndObject();
            json.writeObjectFieldStart("model");
            json.writeStringField("id", model.id());
            strings(json, "aliases", model.aliases());
            json.writeStringField("file", model.file().toString());
            json.writeStringField("reason", model.reason().en());
            strings(json, "notTaken", model.rejected().stream().map(Text::en).toList());
            json.writeEndObject();
            json.writeFieldName("natives");
            write(json, natives);
            json.writeArrayFieldStart("workers");
            for (WorkerStatus worker : workers) {
                write(json, worker);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a string writer has no reason to
        }
        return text.toString();
    }

    /** What {@code gateway --json} prints. */
    static String of(String url, long pid, List<WorkerStatus> backends) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeObjectFieldStart("gateway");
            json.writeStringField("url", url);
            json.writeNumberField("pid", pid);
            json.writeEndObject();
            json.writeArrayFieldStart("workers");
            for (WorkerStatus backend : backends) {
                write(json, backend);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a string writer has no reason to
        }
        return text.toString();
    }

    /** What {@code natives --json} prints. */
    static String of(NativeDirectory natives) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            write(json, natives);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a string writer has no reason to
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, NativeDirectory natives) throws IOException {
        json.writeStartObject();
        json.writeStringField("backend", natives.backend().name().toLowerCase(Locale.ROOT));
        json.writeStringField("release", natives.release());
        json.writeStringField("path", natives.path().toString());
        json.writeEndObject();
    }

    /** Who it is and where: what it measures is known only once it has been asked, a moment after it is ready. */
    private static void write(JsonGenerator json, WorkerStatus worker) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", worker.id());
        json.writeStringField("state", worker.state().word());
        json.writeNumberField("pid", worker.pid());
        json.writeStringField("url", worker.url());
        json.writeEndObject();
    }

    private static void strings(JsonGenerator json, String key, List<String> values) throws IOException {
        json.writeArrayFieldStart(key);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
