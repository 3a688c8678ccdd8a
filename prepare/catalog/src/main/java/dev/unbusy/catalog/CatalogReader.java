package dev.unbusy.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the entries of {@code models.json} into {@link CatalogModel}s; a missing field is an error of this build. */
final class CatalogReader {
    private CatalogReader() {}

    static CatalogModel model(JsonObject json) {
        return new CatalogModel(
                text(json, "id"),
                json.strings("aliases"),
                text(json, "family"),
                Math.toIntExact(number(json, "order")),
                architecture(child(json, "architecture")),
                number(json, "parameters"),
                text(json, "parametersSource"),
                json.whole("kvBytesPerToken"),
                json.string("kvSource"),
                json.objects("gguf").stream()
                        .map(entry -> new CatalogModel.GgufRepository(
                                text(entry, "repository"), text(entry, "pattern"), text(entry, "source")))
                        .toList(),
                python(json.object("python")),
                json.objects("files").stream()
                        .map(entry -> new CatalogModel.QuantizedFile(
                                text(entry, "quantization"), entry.whole("bytes"), entry.string("source")))
                        .toList());
    }

    private static CatalogModel.Architecture architecture(JsonObject json) {
        return new CatalogModel.Architecture(
                text(json, "gguf"),
                text(json, "attention"),
                Math.toIntExact(number(json, "layers")),
                Math.toIntExact(number(json, "hidden")),
                Math.toIntExact(number(json, "heads")),
                Math.toIntExact(number(json, "kvHeads")),
                Math.toIntExact(number(json, "headLength")),
                Math.toIntExact(number(json, "vocabulary")),
                Math.toIntExact(number(json, "contextTokens")),
                text(json, "source"),
                json.strings("unverified"));
    }

    private static CatalogModel.@Nullable PythonPackage python(@Nullable JsonObject json) {
        return json == null
                ? null
                : new CatalogModel.PythonPackage(
                        text(json, "package"),
                        text(json, "version"),
                        text(json, "wheel"),
                        number(json, "wheelBytes"),
                        text(json, "wheelSha256"),
                        text(json, "member"),
                        text(json, "sha256"));
    }

    static List<CatalogModel> models(JsonObject document) {
        return document.objects("models").stream().map(CatalogReader::model).toList();
    }

    private static String text(JsonObject json, String key) {
        String value = json.string(key);
        if (value == null) {
            throw new IllegalStateException("models.json lacks " + key + " in " + json.keys());
        }
        return value;
    }

    private static long number(JsonObject json, String key) {
        Long value = json.whole(key);
        if (value == null) {
            throw new IllegalStateException("models.json lacks " + key + " in " + json.keys());
        }
        return value;
    }

    private static JsonObject child(JsonObject json, String key) {
        JsonObject value = json.object(key);
        if (value == null) {
            throw new IllegalStateException("models.json lacks " + key + " in " + json.keys());
        }
        return value;
    }
}
