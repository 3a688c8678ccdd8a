package dev.unbusy.config;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration file:
 *
 * <ol>
 *   <li>the bytes: at most {@value #LARGEST} of them, UTF-8;
 *   <li>the tree ({@link YamlTree}): one mapping of sections;
 *   <li>each key: known, of its type, in its range; anything else is refused with file, line and the nearest known name;
 *   <li>the records, which may refuse a combination of values; keys that the file leaves out have their defaults.
 * </ol>
 */
public final class ConfigReader {
    static final int LARGEST = 1 << 20;

    private ConfigReader() {}

    /** @throws ConfigException if the file cannot be read or says something that is not allowed */
    public static Config read(ConfigSchema schema, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            // 1
            return read(schema, file.toString(), in.readNBytes(LARGEST + 1));
        } catch (NoSuchFileException e) {
            throw unreadable(file, Text.of("does not exist", "不存在"), e);
        } catch (AccessDeniedException e) {
            throw unreadable(file, Text.of("may not be read by this user", "当前用户无权读取"), e);
        } catch (IOException e) {
            throw unreadable(file, Text.of("cannot be read (%s)", "无法读取（%s）", String.valueOf(e.getMessage())), e);
        }
    }

    /** @param source the file's name, for messages */
    public static Config read(ConfigSchema schema, String source, byte[] bytes) {
        return new Reading(schema, source).sections(YamlTree.parse(source, decode(source, bytes)));
    }

    private static String decode(String source, byte[] bytes) {
        if (bytes.length > LARGEST) {
            throw new ConfigException(
                    Text.of(
                            "%s is larger than %d bytes, so it is no configuration file of Unbusy",
                            "%s 超过 %d 字节，不是 Unbusy 的配置文件", source, LARGEST),
                    Text.of("Name the right file.", "请指定正确的文件。"));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ConfigException(
                    "config-invalid",
                    Text.of("%s is not UTF-8", "%s 不是 UTF-8 编码", source),
                    Text.of("Save the file as UTF-8.", "请将文件另存为 UTF-8 编码。"),
                    e);
        }
    }

    private static ConfigException unreadable(Path file, Text why, IOException cause) {
        return new ConfigException(
                cause instanceof AccessDeniedException ? "permission-denied" : "config-unreadable",
                Text.of("the configuration file %s %s", "配置文件 %s %s", file, why),
                Text.of("Correct --config, or the file's owner and mode.", "请检查 --config 的路径，或文件的属主和权限。"),
                cause);
    }

    /** One pass over one file. */
    private record Reading(ConfigSchema schema, String source) {

        Config sections(@Nullable YamlNode root) {
            Map<Class<? extends Record>, Record> records = new LinkedHashMap<>();
            if (root != null && !(root instanceof YamlNode.Nothing)) {
                mapping(root, source).entries().forEach((name, entry) -> {
                    Section section = schema.section(name);
                    if (section == null) {
                        throw schema.unknownSection(name, at(entry.line()));
                    }
                    records.put(section.type(), section(section, entry));
                });
            }
            for (Section section : schema.sections()) {
                records.computeIfAbsent(section.type(), type -> section.create(Map.of(), Text.same(source)));
            }
            return new Config(schema, records);
        }

        // 3
        private Record section(Section section, YamlNode.Entry entry) {
            Map<String, @Nullable Object> values = new HashMap<>();
            if (!(entry.value() instanceof YamlNode.Nothing)) {
                mapping(entry.value(), section.name()).entries().forEach((name, keyEntry) -> {
                    SettingKey key = section.key(name);
                    if (key == null) {
                        throw schema.unknownKey(section, name, at(keyEntry.line()));
                    }
                    values.put(name, value(key, keyEntry.value()));
                });
            }
            // 4
            return section.create(values, at(entry.line()));
        }

        private @Nullable Object value(SettingKey key, YamlNode node) {
            return switch (node) {
                case YamlNode.Nothing nothing -> {
                    if (!key.setting().value().isEmpty()) {
                        throw refused(key, nothing);
                    }
                    yield key.defaultValue();
                }
                case YamlNode.Scalar scalar -> {
                    boolean needsNoQuotes = key.type().isNumber() || key.type() == ValueType.SWITCH;
                    if (scalar.quoted() && needsNoQuotes && key.type() != ValueType.SIZE) {
                        throw refused(key, scalar);
                    }
                    if (scalar.text().isEmpty() && key.setting().value().isEmpty()) {
                        yield key.defaultValue();
                    }
                    yield key.parse(scalar.text(), at(scalar.line()));
                }
                case YamlNode.Sequence sequence -> {
                    if (key.type() != ValueType.LIST) {
                        throw refused(key, sequence);
                    }
                    List<String> items = new ArrayList<>();
                    sequence.items().forEach(item -> items.add(text(key, item)));
                    yield List.copyOf(items);
                }
                case YamlNode.Mapping mapping -> {
                    if (key.type() != ValueType.MAP) {
                        throw refused(key, mapping);
                    }
                    Map<String, String> entries = new LinkedHashMap<>();
                    mapping.entries().forEach((name, entry) -> entries.put(name, text(key, entry.value())));
                    yield java.util.Collections.unmodifiableMap(entries);
                }
            };
        }

        private String text(SettingKey key, YamlNode node) {
            if (node instanceof YamlNode.Scalar scalar) {
                return scalar.text();
            }
            throw refused(key, node);
        }

        private YamlNode.Mapping mapping(YamlNode node, String what) {
            if (node instanceof YamlNode.Mapping mapping) {
                return mapping;
            }
            throw new ConfigException(
                    Text.of(
                            "%s: %s is %s; it must be a mapping of names to values",
                            "%s：%s 是%s，应为名称到值的映射", at(node.line()), what, node.shown()),
                    Text.of("Write \"name: value\" lines, indented below the section.", "请在小节下以缩进形式逐行书写“名称: 值”。"));
        }

        private ConfigException refused(SettingKey key, YamlNode node) {
            return key.refused(node.shown(), at(node.line()));
        }

        private Text at(int line) {
            return Text.same(source + ":" + line);
        }
    }
}
