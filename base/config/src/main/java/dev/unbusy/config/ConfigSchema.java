package dev.unbusy.config;

import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a configuration file may hold: its sections in the order of the reference, and the keys it no longer may. */
public final class ConfigSchema {
    private final Map<String, Section> sections;
    private final Map<String, Text> retired;

    private ConfigSchema(Map<String, Section> sections, Map<String, Text> retired) {
        this.sections = sections;
        this.retired = retired;
    }

    /**
     * @param sections the record of each section; every component has a {@link Setting}, and no record stands twice
     * @param retired what to do instead, by path ({@code gateway.old_key}, {@code old_section}) that earlier versions had
     * @throws IllegalArgumentException if a record is not usable or a retired key still exists: an error in the program
     */
    public static ConfigSchema of(Map<String, Class<? extends Record>> sections, Map<String, Text> retired) {
        Map<String, Section> built = new LinkedHashMap<>();
        sections.forEach((name, type) -> {
            if (built.values().stream().anyMatch(other -> other.type() == type)) {
                throw new IllegalArgumentException(type.getSimpleName() + " is the record of two sections");
            }
            built.put(name, Section.of(name, type));
        });
        for (String path : retired.keySet()) {
            int dot = path.indexOf('.');
            Section section = built.get(dot < 0 ? path : path.substring(0, dot));
            if (section != null && (dot < 0 || section.key(path.substring(dot + 1)) != null)) {
                throw new IllegalArgumentException(path + " is retired and still a key");
            }
        }
        return new ConfigSchema(built, new LinkedHashMap<>(retired));
    }

    List<Section> sections() {
        return List.copyOf(sections.values());
    }

    @Nullable
    Section section(String name) {
        return sections.get(name);
    }

    Section section(Class<? extends Record> type) {
        return sections.values().stream()
                .filter(section -> section.type() == type)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(type.getSimpleName() + " is no section's record"));
    }

    /** Refuses a name that is no section: retired by name, else with the nearest known one. */
    ConfigException unknownSection(String name, Text place) {
        Text instead = retired.get(name);
        if (instead != null) {
            return retired(name, instead, place);
        }
        return unknown(Text.of("%s: unknown section \"%s\"", "%s：未知的小节 \"%s\"", place, name), name, sections.keySet());
    }

    ConfigException unknownKey(Section section, String name, Text place) {
        String path = section.name() + "." + name;
        Text instead = retired.get(path);
        if (instead != null) {
            return retired(path, instead, place);
        }
        List<String> names = new ArrayList<>();
        section.keys().forEach(key -> names.add(key.name()));
        return unknown(Text.of("%s: unknown key \"%s\"", "%s：未知的键 \"%s\"", place, path), name, names);
    }

    private static ConfigException retired(String path, Text instead, Text place) {
        return new ConfigException(
                Text.of("%s: \"%s\" is no longer a setting", "%s：配置项 \"%s\" 已被移除", place, path), instead);
    }

    private static ConfigException unknown(Text text, String name, Iterable<String> known) {
        String nearest = NearestName.of(name, known);
        return new ConfigException(
                nearest == null ? text : Text.of("%s; did you mean \"%s\"?", "%s，您是否想写 \"%s\"？", text, nearest),
                Text.of("Known here: %s.", "此处可用的名称：%s。", String.join(", ", known)));
    }
}
