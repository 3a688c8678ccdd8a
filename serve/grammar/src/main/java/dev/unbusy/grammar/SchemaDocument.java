package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.text.Text;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A schema as a whole: its size limits, and where its references lead. References are resolved within it only. */
final class SchemaDocument {
    static final int MOST_NODES = 100_000;
    static final int DEEPEST = 128;
    private static final int LONGEST_REFERENCE_CHAIN = 200;

    private final JsonNode root;
    private final Map<String, SchemaPart> anchors = new HashMap<>();

    /** A schema inside the document. Parts are equal if they stand at the same place. */
    record SchemaPart(JsonNode node, String pointer) {
        SchemaPart at(String key, JsonNode child) {
            return new SchemaPart(child, child(pointer, key));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SchemaPart part && pointer.equals(part.pointer);
        }

        @Override
        public int hashCode() {
            return pointer.hashCode();
        }
    }

    SchemaDocument(JsonNode root) {
        this.root = root;
        measure();
    }

    static String child(String pointer, String key) {
        return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
    }

    SchemaPart root() {
        return new SchemaPart(root, "");
    }

    private record Visit(JsonNode node, String pointer, int depth) {}

    private void measure() {
        ArrayDeque<Visit> open = new ArrayDeque<>();
        open.push(new Visit(root, "", 0));
        int count = 0;
        while (!open.isEmpty()) {
            Visit visit = open.pop();
            if (++count > MOST_NODES) {
                throw GrammarException.tooLarge(
                        "", Text.of("The schema has more than %,d values", "该 schema 超过 %,d 个值", MOST_NODES));
            }
            if (visit.depth > DEEPEST) {
                throw GrammarException.tooLarge(
                        visit.pointer,
                        Text.of("The schema is nested more than %d deep", "该 schema 嵌套超过 %d 层", DEEPEST));
            }
            if (visit.node.isObject()) {
                for (Map.Entry<String, JsonNode> member : visit.node.properties()) {
                    open.push(new Visit(member.getValue(), child(visit.pointer, member.getKey()), visit.depth + 1));
                }
                JsonNode anchor = visit.node.get("$anchor");
                if (anchor != null && anchor.isTextual()) {
                    anchors.putIfAbsent(anchor.textValue(), new SchemaPart(visit.node, visit.pointer));
                }
            } else if (visit.node.isArray()) {
                for (int i = 0; i < visit.node.size(); i++) {
                    open.push(new Visit(visit.node.get(i), visit.pointer + "/" + i, visit.depth + 1));
                }
            }
        }
    }

    /** Where a part leads that is nothing but a reference; itself if it is something else. */
    SchemaPart followed(SchemaPart part) {
        SchemaPart at = part;
        for (int i = 0; i < LONGEST_REFERENCE_CHAIN; i++) {
            JsonNode reference = at.node.get("$ref");
            if (reference == null || at.node.size() != 1 || !reference.isTextual()) {
                return at;
            }
            at = resolve(reference.textValue(), child(at.pointer, "$ref"));
        }
        throw GrammarException.leftRecursive(part.pointer);
    }

    /**
     * @param pointer where the reference stands
     * @throws GrammarException if it leads nowhere or outside the document
     */
    SchemaPart resolve(String reference, String pointer) {
        JsonNode id = root.get("$id");
        String base = id != null && id.isTextual() ? id.textValue().replaceFirst("#$", "") : "";
        String local =
                !base.isEmpty() && reference.startsWith(base + "#") ? reference.substring(base.length()) : reference;
        if (local.equals("#") || (!base.isEmpty() && local.equals(base))) {
            return root();
        }
        if (!local.startsWith("#")) {
            throw GrammarException.unsupported(
                    pointer,
                    "A $ref outside the schema (\"" + shorten(reference) + "\")",
                    Text.of(
                            "Copy the definition into \"$defs\" and refer to \"#/$defs/…\"",
                            "请将定义复制到 “$defs”，并引用 “#/$defs/…”"));
        }
        SchemaPart found = local.startsWith("#/") ? walk(local.substring(2)) : anchors.get(local.substring(1));
        if (found == null) {
            throw GrammarException.invalid(
                    pointer, Text.of("$ref \"%s\" leads nowhere", "$ref “%s” 无法解析", shorten(reference)));
        }
        return found;
    }

    private @Nullable SchemaPart walk(String path) {
        JsonNode at = root;
        StringBuilder pointer = new StringBuilder();
        for (String token : split(path)) {
            String key = percentDecoded(token).replace("~1", "/").replace("~0", "~");
            JsonNode next = at.isArray() ? item(at, key) : at.get(key);
            if (next == null) {
                return null;
            }
            pointer.append(child("", key));
            at = next;
        }
        return new SchemaPart(at, pointer.toString());
    }

    /** RFC 3986, for fragments; what is no escape stays as it is. */
    private static String percentDecoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < encoded.length; i++) {
            int high = i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
            int low = i + 2 < encoded.length ? Character.digit(encoded[i + 2], 16) : -1;
            if (encoded[i] == '%' && high >= 0 && low >= 0) {
                bytes.write(high * 16 + low);
                i += 2;
            } else {
                bytes.write(encoded[i]);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static @Nullable JsonNode item(JsonNode array, String index) {
        return index.matches("[0-9]{1,8}") ? array.get(Integer.parseInt(index)) : null;
    }

    private static List<String> split(String path) {
        List<String> tokens = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= path.length(); i++) {
            if (i == path.length() || path.charAt(i) == '/') {
                tokens.add(path.substring(from, i));
                from = i + 1;
            }
        }
        return tokens;
    }

    static String shorten(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
