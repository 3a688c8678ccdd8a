package dev.unbusy.config;

import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One key of the file: what {@link Setting} says of a record component.
 *
 * @param section the section the key stands in
 * @param name the key as written in the file, snake case
 */
record SettingKey(
        String section,
        String name,
        ValueType type,
        Class<?> javaType,
        Setting setting,
        @Nullable Object defaultValue) {

    static SettingKey of(String section, RecordComponent component) {
        String record = component.getDeclaringRecord().getSimpleName();
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalArgumentException(record + "." + component.getName() + " has no @Setting");
        }
        SettingKey bare = new SettingKey(
                section, snakeCase(component.getName()), ValueType.of(component), component.getType(), setting, null);
        return new SettingKey(
                section, bare.name, bare.type, bare.javaType, setting, bare.parseDefault(mayBeNull(component)));
    }

    String path() {
        return section + "." + name;
    }

    /** The value that the text stands for. Its range is checked; {@code place} says where the text was found. */
    Object parse(String text, Text place) {
        Object value = type.parse(text, javaType);
        if (value == null || !inRange(value)) {
            throw refused(Text.same("\"" + text + "\""), place);
        }
        return value;
    }

    ConfigException refused(Text found, Text place) {
        return new ConfigException(
                Text.of("%s: %s is %s; it must be %s", "%s：%s 的值为 %s，应为%s", place, path(), found, allowed()),
                Text.of(
                        "Correct the value, or leave the key out: the default is %s.",
                        "请修改该值，或删除此键以使用默认值 %s。", defaultText()));
    }

    /** The type with its range or its names, for messages and the reference. */
    Text allowed() {
        if (type == ValueType.CHOICE) {
            return Text.of("one of %s", "以下之一：%s", ValueType.choices(javaType));
        }
        boolean low = setting.min() != Long.MIN_VALUE;
        boolean high = setting.max() != Long.MAX_VALUE;
        if (!type.isNumber() || (!low && !high)) {
            return type.described();
        }
        String min = bound(setting.min());
        String max = bound(setting.max());
        Text range = !high
                ? Text.of("at least %s", "不小于 %s", min)
                : !low ? Text.of("at most %s", "不大于 %s", max) : Text.of("%s to %s", "%s 至 %s", min, max);
        return Text.of("%s, %s", "%s，%s", type.described(), range);
    }

    /** The default as written in the file; {@code ""}, {@code []} and {@code {}} stand for nothing. */
    String defaultText() {
        return switch (type) {
            case LIST -> setting.value().isEmpty() ? "[]" : "[" + setting.value() + "]";
            case MAP -> "{}";
            case TEXT, PATH -> "\"" + setting.value() + "\"";
            case INTEGER, DECIMAL, SWITCH, SIZE, CHOICE -> setting.value().isEmpty() ? "null" : setting.value();
        };
    }

    private String bound(long bound) {
        return type == ValueType.SIZE ? sizeText(bound) : Long.toString(bound);
    }

    /** Exact, so that the reader can type it: 1 GiB rather than 1.1 GB. */
    private static String sizeText(long count) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        long value = count;
        while (value != 0 && value % 1024 == 0 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return value + units[unit];
    }

    private boolean inRange(Object value) {
        return switch (value) {
            case Double number -> number >= setting.min() && number <= setting.max();
            case Number number -> number.longValue() >= setting.min() && number.longValue() <= setting.max();
            case Bytes bytes -> bytes.count() >= setting.min() && bytes.count() <= setting.max();
            default -> true;
        };
    }

    private @Nullable Object parseDefault(boolean mayBeNull) {
        String text = setting.value();
        if (type == ValueType.LIST) {
            return text.isEmpty()
                    ? List.of()
                    : Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        }
        if (type == ValueType.MAP) {
            return Map.of();
        }
        if (text.isEmpty() && mayBeNull) {
            return null;
        }
        if (text.isEmpty() && type == ValueType.PATH) {
            return Path.of("");
        }
        Object value = type.parse(text, javaType);
        if (value == null || !inRange(value)) {
            throw new IllegalArgumentException("the default of " + path() + " is \"" + text + "\", which is not "
                    + allowed().en());
        }
        return value;
    }

    private static boolean mayBeNull(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    static String snakeCase(String camelCase) {
        return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
