package dev.unbusy.config;

import dev.unbusy.text.Text;
import java.util.List;
import java.util.Map;

/** A value of the file as it was written, with its line (from 1), before anybody asks what type it should have. */
sealed interface YamlNode {
    int line();

    /** How a message shows it. */
    Text shown();

    /** @param quoted whether quotation marks or a block made it text beyond doubt */
    record Scalar(int line, String text, boolean quoted) implements YamlNode {
        private static final int LONGEST_SHOWN = 60;

        @Override
        public Text shown() {
            String shown = text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text;
            return quoted ? Text.of("the text \"%s\"", "文本 \"%s\"", shown) : Text.same("\"" + shown + "\"");
        }
    }

    /** A key without a value, or {@code null}. */
    record Nothing(int line) implements YamlNode {
        @Override
        public Text shown() {
            return Text.of("empty", "空");
        }
    }

    record Sequence(int line, List<YamlNode> items) implements YamlNode {
        @Override
        public Text shown() {
            return Text.of("a list", "列表");
        }
    }

    /** Keys in the order of the file. */
    record Mapping(int line, Map<String, Entry> entries) implements YamlNode {
        @Override
        public Text shown() {
            return Text.of("a mapping", "映射");
        }
    }

    /** @param line where the key stands */
    record Entry(int line, YamlNode value) {}
}
