package dev.unbusy.config;

import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a key's value may be: the Java types that {@link Setting} allows, and how their text becomes a value. */
enum ValueType {
    INTEGER(Text.of("a whole number", "整数")),
    DECIMAL(Text.of("a number", "数字")),
    SWITCH(Text.of("true or false", "true 或 false")),
    TEXT(Text.of("text", "文本")),
    SIZE(Text.of("a size, for instance 512MiB or 4GB", "大小，例如 512MiB 或 4GB")),
    PATH(Text.of("a path", "路径")),
    CHOICE(Text.of("one of the named values", "所列取值之一")),
    LIST(Text.of("a list of texts", "文本列表")),
    MAP(Text.of("a mapping of text to text", "文本到文本的映射"));

    /** A leading zero would be octal to some readers and decimal to others, so it is no number here. */
    private static final Pattern WHOLE = Pattern.compile("[-+]?(0|[1-9][0-9_]*)");

    private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9][0-9_]*(\\.[0-9]+)?([eE][-+]?[0-9]{1,3})?");

    // Text is a record of two strings; the checker cannot see that it is immutable.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Text described;

    ValueType(Text described) {
        this.described = described;
    }

    static ValueType of(RecordComponent component) {
        Class<?> type = component.getType();
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return INTEGER;
        }
        if (type == double.class || type == Double.class) {
            return DECIMAL;
        }
        if (type == boolean.class || type == Boolean.class) {
            return SWITCH;
        }
        if (type == String.class) {
            return TEXT;
        }
        if (type == Bytes.class) {
            return SIZE;
        }
        if (type == Path.class) {
            return PATH;
        }
        if (type.isEnum()) {
            return CHOICE;
        }
        if (type == List.class) {
            return LIST;
        }
        if (type == Map.class) {
            return MAP;
        }
        throw new IllegalArgumentException(component.getDeclaringRecord().getSimpleName() + "." + component.getName()
                + ": @Setting does not know the type " + type.getName());
    }

    Text described() {
        return described;
    }

    boolean isNumber() {
        return this == INTEGER || this == DECIMAL || this == SIZE;
    }

    /** The value that {@code text} stands for; null if it is none of this type. The range is not looked at. */
    @Nullable
    Object parse(String text, Class<?> javaType) {
        return switch (this) {
            case INTEGER -> whole(text, javaType);
            case DECIMAL -> NUMBER.matcher(text).matches() ? (Object) Double.valueOf(text.replace("_", "")) : null;
            case SWITCH ->
                switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> null;
                };
            case TEXT -> text;
            case SIZE -> size(text);
            case PATH -> path(text);
            case CHOICE ->
                Arrays.stream(javaType.getEnumConstants())
                        .filter(constant -> choiceName(constant).equals(text))
                        .findFirst()
                        .orElse(null);
            case LIST, MAP -> null;
        };
    }

    /** The names a choice may take, as they are written in the file. */
    static String choices(Class<?> enumType) {
        return Arrays.stream(enumType.getEnumConstants())
                .map(ValueType::choiceName)
                .collect(Collectors.joining(", "));
    }

    private static String choiceName(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static @Nullable Object whole(String text, Class<?> javaType) {
        if (!WHOLE.matcher(text).matches()) {
            return null;
        }
        BigInteger value = new BigInteger(text.replace("_", ""));
        if (javaType == int.class || javaType == Integer.class) {
            return value.bitLength() < Integer.SIZE ? (Object) value.intValue() : null;
        }
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : null;
    }

    private static @Nullable Object size(String text) {
        try {
            return Bytes.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Object path(String text) {
        try {
            return text.isEmpty() ? null : Path.of(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
