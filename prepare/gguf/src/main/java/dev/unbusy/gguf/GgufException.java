package dev.unbusy.gguf;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model file that cannot be used. Codes: {@code model-file-missing}, {@code model-file-directory},
 * {@code permission-denied}, {@code model-file-truncated}, {@code model-file-corrupt} (also for what is no GGUF at all),
 * {@code model-format-unsupported}.
 */
public final class GgufException extends UserError {
    private static final long serialVersionUID = 1L;

    /** A folder of models may hold hundreds. */
    private static final int MOST_NAMED = 10;

    private static final Text FETCH_AGAIN = Text.of(
            "Fetch the file again (unbusy pull resumes and verifies the checksum), or take another file.",
            "请重新获取该文件（unbusy pull 支持断点续传并校验文件），或改用其他文件。");

    GgufException(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
    }

    /** The content contradicts itself or the format. */
    static GgufException corrupt(Object file, String en, String zh, Object... arguments) {
        Text what = Text.of(en, zh, arguments);
        return new GgufException(
                "model-file-corrupt",
                new Text("%s is damaged: %s".formatted(file, what.en()), "%s 已损坏：%s".formatted(file, what.zh())),
                FETCH_AGAIN,
                null);
    }

    static GgufException truncated(Object file, long found, long wanted) {
        return new GgufException(
                "model-file-truncated",
                Text.of(
                        "%s is incomplete: it has %d bytes, its header says %d; %d are missing.",
                        "%s 不完整：文件有 %d 字节，而文件头要求 %d 字节，还缺 %d 字节。", file, found, wanted, wanted - found),
                FETCH_AGAIN,
                null);
    }

    static GgufException truncatedHeader(Object file, long found) {
        return new GgufException(
                "model-file-truncated",
                Text.of(
                        "%s is incomplete: it ends after %d bytes, inside its header.",
                        "%s 不完整：文件只有 %d 字节，在文件头中间就结束了。", file, found),
                FETCH_AGAIN,
                null);
    }

    static GgufException missing(Object file, @Nullable Throwable cause) {
        return new GgufException(
                "model-file-missing",
                Text.of("The model file %s does not exist.", "模型文件 %s 不存在。", file),
                Text.of(
                        "Check the path; `unbusy models` lists the installed models and `unbusy pull` fetches one.",
                        "请检查路径；用 `unbusy models` 查看已安装的模型，用 `unbusy pull` 获取模型。"),
                cause);
    }

    /** @param models names of the model files in it */
    static GgufException directory(Path directory, List<String> models) {
        String more = models.size() > MOST_NAMED ? ", …" : "";
        String named = String.join(", ", models.subList(0, Math.min(MOST_NAMED, models.size()))) + more;
        return new GgufException(
                "model-file-directory",
                models.isEmpty()
                        ? Text.of(
                                "%s is a directory, and there is no .gguf file in it.",
                                "%s 是目录，其中没有 .gguf 文件。", directory)
                        : Text.of("%s is a directory; in it: %s", "%s 是目录，其中有：%s", directory, named),
                models.isEmpty()
                        ? Text.of(
                                "Name a .gguf file; `unbusy models` lists the installed models.",
                                "请指定 .gguf 文件；用 `unbusy models` 查看已安装的模型。")
                        : Text.of(
                                "Name the file: --model '%s'",
                                "请指定文件：--model '%s'", directory.resolve(models.getFirst())),
                null);
    }

    static GgufException unsupported(Object file, String en, String zh, Object... arguments) {
        Text what = Text.of(en, zh, arguments);
        return new GgufException(
                "model-format-unsupported",
                new Text("%s cannot be used: %s".formatted(file, what.en()), "%s 无法使用：%s".formatted(file, what.zh())),
                Text.of(
                        "Take a little-endian GGUF file of version 2 or 3 as llama.cpp's current converter writes it.",
                        "请使用 llama.cpp 当前转换工具生成的小端 GGUF 文件（版本 2 或 3）。"),
                null);
    }
}
