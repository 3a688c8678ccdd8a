package dev.unbusy.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads one YAML document into {@link YamlNode}s. A configuration needs mappings, lists and scalars; what else YAML can do
 * is refused by name: anchors and aliases (a few lines of them expand to gigabytes), tags, several documents, duplicate
 * keys, nesting deeper than {@value #DEEPEST}.
 */
final class YamlTree {
    static final int DEEPEST = 8;

    private final String source;
    private final YAMLParser parser;
    /** Code points: the parser's offsets count them, not chars. */
    private final int[] letters;

    private YamlTree(String source, String text, YAMLParser parser) {
        this.source = source;
        this.letters = text.codePoints().toArray();
        this.parser = parser;
    }

    /**
     * @param source the file's name, for messages
     * @return null if the document is empty
     */
    static @Nullable YamlNode parse(String source, String text) {
        LoaderOptions options = new LoaderOptions();
        // The parser's own guard, one deeper than ours, so that ours speaks.
        options.setNestingDepthLimit(DEEPEST + 2);
        options.setCodePointLimit(Math.max(1, text.length()));
        YAMLFactory factory = YAMLFactory.builder().loaderOptions(options).build();
        try (YAMLParser parser = factory.createParser(text)) {
            YamlTree tree = new YamlTree(source, text, parser);
            if (parser.nextToken() == null) {
                return null;
            }
            YamlNode root = tree.node(1);
            if (parser.nextToken() != null) {
                throw tree.refused(
                        Text.of("a second document", "第二个文档"), Text.of("Keep one document per file.", "每个文件只能包含一个文档。"));
            }
            return root;
        } catch (JsonProcessingException e) {
            if (e.getCause() instanceof MarkedYAMLException marked) {
                throw syntax(source, marked);
            }
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw syntax(source, line, e.getOriginalMessage(), e);
        } catch (MarkedYAMLException e) {
            throw syntax(source, e);
        } catch (YAMLException | IOException e) {
            throw syntax(source, 1, String.valueOf(e.getMessage()), e);
        }
    }

    private YamlNode node(int depth) throws IOException {
        refuseExtras();
        if (depth > DEEPEST) {
            throw refused(
                    Text.of("more than %d levels", "超过 %d 层的嵌套", DEEPEST),
                    Text.of("Correct the indentation.", "请检查缩进。"));
        }
        int line = line();
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(line, depth);
            case START_ARRAY -> sequence(line, depth);
            case VALUE_NULL -> new YamlNode.Nothing(line);
            // The parser has already decided that text such as "1e3" or "yes" is what it is; only the letters count
            // here.
            case VALUE_STRING -> string(line, parser.getText());
            default -> new YamlNode.Scalar(line, parser.getText(), false);
        };
    }

    private YamlNode string(int line, String text) {
        boolean quoted = isQuoted();
        return text.isEmpty() && !quoted ? new YamlNode.Nothing(line) : new YamlNode.Scalar(line, text, quoted);
    }

    private YamlNode mapping(int line, int depth) throws IOException {
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            int keyLine = line();
            String key = parser.currentName();
            if (entries.containsKey(key)) {
                throw new ConfigException(
                        Text.of(
                                "%s:%d: \"%s\" stands twice; the first is in line %d",
                                "%s:%d：\"%s\" 重复出现，第一次在第 %d 行",
                                source,
                                keyLine,
                                key,
                                entries.get(key).line()),
                        Text.of("Remove one of the two.", "请删除其中一个。"));
            }
            parser.nextToken();
            entries.put(key, new YamlNode.Entry(keyLine, node(depth + 1)));
        }
        return new YamlNode.Mapping(line, entries);
    }

    private YamlNode sequence(int line, int depth) throws IOException {
        List<YamlNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(depth + 1));
        }
        return new YamlNode.Sequence(line, items);
    }

    private void refuseExtras() throws IOException {
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
            throw refused(
                    Text.of("an anchor or alias (& or *)", "锚点或别名（& 或 *）"),
                    Text.of(
                            "Write the value out, or put quotation marks around text that begins with & or *.",
                            "请直接写出该值；若文本以 & 或 * 开头，请加引号。"));
        }
        if (parser.getTypeId() != null) {
            throw refused(
                    Text.of("a tag (!)", "标签（!）"),
                    Text.of(
                            "Remove the tag, or put quotation marks around text that begins with !.",
                            "请删除标签；若文本以 ! 开头，请加引号。"));
        }
    }

    /** The parser reports plain and quoted text alike; the first letter in the file tells them apart. */
    private boolean isQuoted() {
        int index = (int) parser.currentTokenLocation().getCharOffset();
        if (index < 0 || index >= letters.length) {
            return false;
        }
        return switch (letters[index]) {
            case '"', '\'', '|', '>' -> true;
            default -> false;
        };
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private ConfigException refused(Text what, Text remedy) {
        return new ConfigException(
                Text.of("%s:%d: %s is not supported in a configuration file", "%s:%d：配置文件不支持%s", source, line(), what),
                remedy);
    }

    private static ConfigException syntax(String source, MarkedYAMLException e) {
        int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
        return syntax(source, line, String.valueOf(e.getProblem()), e);
    }

    private static ConfigException syntax(String source, int line, String problem, Throwable cause) {
        String first = problem.lines().findFirst().orElse("");
        return new ConfigException(
                "config-invalid",
                Text.of("%s:%d: not valid YAML: %s", "%s:%d：不是有效的 YAML：%s", source, line, first),
                Text.of(
                        "Correct this line; often the cause is indentation, or a colon or quotation mark in unquoted text.",
                        "请修改该行；常见原因是缩进错误，或未加引号的文本中含有冒号或引号。"),
                cause);
    }
}
