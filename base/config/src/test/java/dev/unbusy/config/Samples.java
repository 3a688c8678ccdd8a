package dev.unbusy.config;

import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A schema with every type that a setting may have. */
final class Samples {
    enum Policy {
        ROUND_ROBIN,
        UNBUSY
    }

    record Door(
            @Setting(value = "8080", min = 0, max = 65535, en = "Port.", zh = "端口。")
            int port,

            @Setting(value = "127.0.0.1", en = "Address | host.", zh = "地址。")
            String host,

            @Setting(value = "1MiB", min = 1024, max = 1 << 30, en = "Body.", zh = "请求体。")
            Bytes largestBody,

            @Setting(value = "unbusy", en = "Policy.", zh = "策略。")
            Policy policy) {}

    record Room(
            @Setting(value = "", en = "Folder.", zh = "目录。") @Nullable
            Path folder,

            @Setting(value = "0.9", min = 0, max = 1, en = "Share.", zh = "比例。")
            double share,

            @Setting(value = "true", en = "On.", zh = "启用。") boolean enabled,
            @Setting(value = "", en = "Names.", zh = "名称。") List<String> names,
            @Setting(value = "", en = "Labels.", zh = "标签。") Map<String, String> labels,

            @Setting(value = "", min = 1, en = "Limit.", zh = "上限。") @Nullable
            Long limit,

            @Setting(value = "1", en = "Low.", zh = "下限。") int low,
            @Setting(value = "9", en = "High.", zh = "上限。") int high) {
        Room {
            if (low > high) {
                throw new IllegalArgumentException("low is " + low + ", above high, which is " + high);
            }
        }
    }

    private Samples() {}

    static ConfigSchema schema() {
        Map<String, Class<? extends Record>> sections = new LinkedHashMap<>();
        sections.put("door", Door.class);
        sections.put("room", Room.class);
        return ConfigSchema.of(
                sections,
                Map.of(
                        "door.listen", Text.of("Use door.host and door.port.", "请改用 door.host 和 door.port。"),
                        "attic", Text.of("Use room.", "请改用 room。")));
    }
}
