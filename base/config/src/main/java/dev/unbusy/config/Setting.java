package dev.unbusy.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One key of the configuration file, put on the component of a module's config record. The key is the component's name in
 * snake case ({@code maxStallMillis} is {@code max_stall_millis}); default, range, reader and reference page all come
 * from here, so none of them can disagree.
 *
 * <p>Types: {@code int}, {@code long}, {@code double}, {@code boolean}, {@code String}, {@code Bytes}, {@code Path}, an
 * enum, {@code List<String>}, {@code Map<String, String>}; a {@code @Nullable} component with an empty default is null.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** The default, written as in the configuration file. Empty: null, an empty list or an empty map. */
    String value();

    /** What it does, in English; one or two sentences with the unit. */
    String en();

    /** The same in Simplified Chinese. */
    String zh();

    /** Smallest allowed value of a number. */
    long min() default Long.MIN_VALUE;

    /** Largest allowed value of a number. */
    long max() default Long.MAX_VALUE;
}
