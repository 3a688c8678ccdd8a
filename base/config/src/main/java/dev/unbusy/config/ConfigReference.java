package dev.unbusy.config;

import dev.unbusy.text.Lang;
import dev.unbusy.text.Text;

/** What people read about the configuration file, made from the annotations that the reader obeys. */
public final class ConfigReference {
    private ConfigReference() {}

    /** The reference page in Markdown: one table per section. */
    public static String markdown(ConfigSchema schema, Lang lang) {
        StringBuilder page = new StringBuilder();
        Text head = Text.of("""
                # Configuration

                One YAML file, given with `--config FILE`. Every key is optional. A name that is not in this list is an error, so \
                a misspelt key never goes unnoticed. This page is generated from the code.
                """, """
                # 配置参考

                配置写在一个 YAML 文件中，用 `--config FILE` 指定。所有键均可省略。列表之外的名称会报错，因此拼错的键不会被悄悄忽略。本页由代码生成。
                """);
        page.append(head.in(lang));
        Text columns = Text.of("| key | value | default | what it does |", "| 键 | 取值 | 默认值 | 作用 |");
        for (Section section : schema.sections()) {
            page.append("\n## `").append(section.name()).append("`\n\n");
            if (section.keys().isEmpty()) {
                continue;
            }
            page.append(columns.in(lang)).append("\n|---|---|---|---|\n");
            for (SettingKey key : section.keys()) {
                page.append("| `").append(key.name()).append("` | ");
                page.append(cell(key.allowed().in(lang))).append(" | ");
                page.append('`').append(cell(key.defaultText())).append("` | ");
                page.append(cell(description(key, lang))).append(" |\n");
            }
        }
        return page.toString();
    }

    /** An example file that holds every key at its default, each with its description; reading it changes nothing. */
    public static String example(ConfigSchema schema, Lang lang) {
        StringBuilder file = new StringBuilder();
        file.append(Text.of(
                        "# Configuration of Unbusy: unbusy up --config FILE\n# Every key is shown at its default; keep only what you change.\n",
                        "# Unbusy 配置文件：unbusy up --config FILE\n# 每个键均为默认值，只保留需要修改的即可。\n")
                .in(lang));
        for (Section section : schema.sections()) {
            file.append('\n').append(section.name()).append(":\n");
            for (SettingKey key : section.keys()) {
                file.append("  # ").append(description(key, lang)).append('\n');
                file.append("  # ").append(key.allowed().in(lang)).append('\n');
                file.append("  ")
                        .append(key.name())
                        .append(": ")
                        .append(key.defaultText())
                        .append('\n');
            }
        }
        return file.toString();
    }

    private static String description(SettingKey key, Lang lang) {
        return (lang == Lang.EN ? key.setting().en() : key.setting().zh()).replaceAll("\\s+", " ");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
