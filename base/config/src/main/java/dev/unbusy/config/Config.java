package dev.unbusy.config;

import dev.unbusy.text.Text;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings in force: one record per section. Immutable. */
public final class Config {
    private final ConfigSchema schema;
    private final Map<Class<? extends Record>, Record> records;

    Config(ConfigSchema schema, Map<Class<? extends Record>, Record> records) {
        this.schema = schema;
        this.records = Map.copyOf(records);
    }

    /** What holds without a file. Loads no YAML class. */
    public static Config defaults(ConfigSchema schema) {
        Map<Class<? extends Record>, Record> records = new LinkedHashMap<>();
        for (Section section : schema.sections()) {
            records.put(section.type(), section.create(Map.of(), Text.of("defaults of %s", "%s 的默认值", section.name())));
        }
        return new Config(schema, records);
    }

    /** @throws IllegalArgumentException if no section has this record: an error in the program */
    public <R extends Record> R section(Class<R> type) {
        Record record = records.get(type);
        if (record == null) {
            throw new IllegalArgumentException(type.getSimpleName() + " is no section's record");
        }
        return type.cast(record);
    }

    /**
     * The same with one key changed, checked as if it stood in the file.
     *
     * @param path {@code section.key}
     * @param value as written in the file, scalars only
     * @param place where the value comes from, for messages: {@code --port}
     * @throws ConfigException if there is no such key or the value is not allowed
     */
    public Config with(String path, String value, String place) {
        Text from = Text.same(place);
        int dot = path.indexOf('.');
        String sectionName = dot < 0 ? path : path.substring(0, dot);
        Section section = schema.section(sectionName);
        if (section == null) {
            throw schema.unknownSection(sectionName, from);
        }
        SettingKey key = section.key(path.substring(dot + 1));
        if (key == null) {
            throw schema.unknownKey(section, path.substring(dot + 1), from);
        }
        Map<String, @Nullable Object> change = new HashMap<>();
        change.put(key.name(), key.parse(value, from));
        Map<Class<? extends Record>, Record> changed = new LinkedHashMap<>(records);
        changed.put(section.type(), section.with(section(section.type()), change, from));
        return new Config(schema, changed);
    }
}
