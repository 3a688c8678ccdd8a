package dev.unbusy.config;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One section of the file: a module's config record with its keys in the order of the record's components. */
final class Section {
    private final String name;
    private final Class<? extends Record> type;
    private final List<SettingKey> keys;

    private Section(String name, Class<? extends Record> type, List<SettingKey> keys) {
        this.name = name;
        this.type = type;
        this.keys = keys;
    }

    static Section of(String name, Class<? extends Record> type) {
        List<SettingKey> keys = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            keys.add(SettingKey.of(name, component));
        }
        return new Section(name, type, List.copyOf(keys));
    }

    String name() {
        return name;
    }

    Class<? extends Record> type() {
        return type;
    }

    List<SettingKey> keys() {
        return keys;
    }

    @Nullable
    SettingKey key(String keyName) {
        return keys.stream()
                .filter(key -> key.name().equals(keyName))
                .findFirst()
                .orElse(null);
    }

    /**
     * The record with these values and the defaults of the other keys.
     *
     * @param values by key name; a value may be null where the component may
     * @throws ConfigException if the record itself refuses the combination
     */
    Record create(Map<String, @Nullable Object> values, Text place) {
        @Nullable Object[] arguments = new @Nullable Object[keys.size()];
        for (int i = 0; i < keys.size(); i++) {
            SettingKey key = keys.get(i);
            arguments[i] = values.containsKey(key.name()) ? values.get(key.name()) : key.defaultValue();
        }
        return construct(arguments, place);
    }

    /** The same record with some keys changed. */
    Record with(Record record, Map<String, @Nullable Object> changes, Text place) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        RecordComponent[] components = type.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            try {
                components[i].getAccessor().setAccessible(true);
                values.put(keys.get(i).name(), components[i].getAccessor().invoke(record));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        values.putAll(changes);
        return create(values, place);
    }

    private Record construct(@Nullable Object[] arguments, Text place) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof UserError refusal) {
                throw new ConfigException(
                        "config-invalid", Text.of("%s: %s", "%s：%s", place, refusal.text()), refusal.remedy(), refusal);
            }
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                throw new ConfigException(
                        "config-invalid",
                        Text.of("%s: %s", "%s：%s", place, String.valueOf(refusal.getMessage())),
                        Text.of("Correct the values in the section %s.", "请修改 %s 小节中的值。", name),
                        refusal);
            }
            throw new IllegalStateException("cannot create " + type.getName(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot create " + type.getName(), e);
        }
    }
}
