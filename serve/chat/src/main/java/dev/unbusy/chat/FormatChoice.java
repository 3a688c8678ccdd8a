package dev.unbusy.chat;

import dev.unbusy.chat.DeepSeekV4Format.Release;
import dev.unbusy.jinja.JinjaException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which format a model gets, in this order:
 *
 * <ol>
 *   <li>V4.1, V4 and V3.2 of DeepSeek: the encoding. Templates that converters put into such files only imitate it.
 *   <li>A model with a template: the template.
 *   <li>None.
 * </ol>
 *
 * Names count only where the architecture is DeepSeek's: a distill into another model keeps that model's format.
 */
final class FormatChoice {
    private static final Pattern V41 = Pattern.compile("v4[.p]1(?![0-9])");
    /** The second release of V4 is named for the day of its checkpoint. */
    private static final Pattern V4_SECOND = Pattern.compile("(?<![0-9])(0731|0813)(?![0-9])");
    /** V3.2-Exp still speaks V3.1's format and has its template. */
    private static final Pattern V32 = Pattern.compile("v3[.p]2(?![0-9])(?!-exp)");

    private FormatChoice() {}

    static ChatFormat choose(ModelTexts model) {
        String template = model.chatTemplate() == null ? "" : model.chatTemplate();
        String architecture = model.architecture().toLowerCase(Locale.ROOT);
        if (architecture.startsWith("deepseek")) {
            String name = model.modelName() == null
                    ? ""
                    : model.modelName()
                            .toLowerCase(Locale.ROOT)
                            .replace(' ', '-')
                            .replace('_', '-');
            boolean hasDsml = template.contains(DeepSeekText.DSML);
            if (V41.matcher(name).find() || (hasDsml && template.contains(DeepSeekText.SYSTEM))) { // 1
                return new DeepSeekV41Format();
            }
            if (architecture.startsWith("deepseek4")) {
                boolean second = V4_SECOND.matcher(name).find() || template.contains("Beyond maximum");
                return new DeepSeekV4Format(second ? Release.SECOND : Release.FIRST);
            }
            if (V32.matcher(name).find() || (architecture.equals("deepseek32") && (hasDsml || template.isBlank()))) {
                return new DeepSeekV32Format();
            }
        }
        if (template.isBlank()) {
            return RefusingFormat.missing(model); // 3
        }
        try {
            return JinjaFormat.of(model, template); // 2
        } catch (JinjaException e) {
            return RefusingFormat.unusable(e.text(), e);
        }
    }
}
