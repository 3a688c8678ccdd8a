package dev.unbusy.llama;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks of a model file that need no library, and the reading of the library's refusals. Whether the header is sound
 * (sizes, counts, duplicate tokens, which abort the process inside the library) is the GGUF reader's business: call it
 * before.
 */
final class ModelFile {
    static final Text FETCH_AGAIN = Text.of("Fetch the model again, or take another file", "请重新下载该模型，或换用其他文件");

    private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);
    private static final String REASON = "error loading model: ";
    private static final Pattern UNKNOWN = Pattern.compile("unknown model architecture: '([^']*)'");
    /** What the library says of a whole file that was made for another version of it. */
    private static final Pattern MISMATCH = Pattern.compile(
            "missing tensor|key not found|wrong shape|wrong number of tensors|hyperparameters|unknown pre-tokenizer"
                    + "|unknown tokenizer|architecture requires|only supports|currently expects");
    /** {@code name-00001-of-00003.gguf}: the library reads the other parts by itself. */
    private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

    private ModelFile() {}

    /**
     * @param memoryBytes memory of all devices, for the refusal of files that can never fit
     * @throws LlamaException if the file is missing, no GGUF file or larger than the memory
     */
    static void check(Path file, long memoryBytes) {
        if (!Files.exists(file)) {
            throw new LlamaException(
                    "model-file-missing",
                    Text.of("No model file at %s", "找不到模型文件 %s", file),
                    Text.of("Check the path, or fetch the model with: unbusy pull", "请检查路径，或用 unbusy pull 下载模型"));
        }
        if (!Files.isRegularFile(file)) {
            throw new LlamaException(
                    "model-file-not-gguf",
                    Text.of("%s is not a file", "%s 不是文件", file),
                    Text.of("Name the .gguf file itself", "请指定 .gguf 文件本身"));
        }
        try {
            byte[] start = new byte[MAGIC.length];
            try (InputStream in = Files.newInputStream(file)) {
                in.readNBytes(start, 0, start.length);
            }
            if (!Arrays.equals(start, MAGIC)) {
                throw new LlamaException(
                        "model-file-not-gguf",
                        Text.of("%s is not a GGUF model file", "%s 不是 GGUF 模型文件", file),
                        FETCH_AGAIN);
            }
            long size = sizeOfAllParts(file);
            if (size > memoryBytes) {
                throw new LlamaException(
                        "model-larger-than-memory",
                        Text.of(
                                "The model takes %s, this machine has %s of memory",
                                "模型需要 %s，而本机内存为 %s", gib(size), gib(memoryBytes)),
                        Text.of("Choose a smaller model or a smaller quantization", "请选择更小的模型或更低位数的量化版本"));
            }
        } catch (IOException e) {
            throw new LlamaException(
                    "model-file-unreadable",
                    Text.of("Cannot read %s: %s", "无法读取 %s：%s", file, e.toString()),
                    Text.of("Check the permissions of the file", "请检查该文件的权限"),
                    e);
        }
    }

    private static long sizeOfAllParts(Path file) throws IOException {
        Matcher part = PART.matcher(String.valueOf(file.getFileName()));
        if (!part.matches()) {
            return Files.size(file);
        }
        long size = 0;
        int count = Integer.parseInt(part.group(3));
        for (int i = 1; i <= count; i++) {
            Path sibling =
                    file.resolveSibling(String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", part.group(1), i, count));
            size += Files.exists(sibling) ? Files.size(sibling) : 0;
        }
        return size;
    }

    /**
     * The refusal of a file that the library did not load, from the lines it logged.
     *
     * @param version the library's own
     */
    static LlamaException refused(Path file, String version, List<String> logged) {
        String why = reason(logged);
        if (why.contains("not within the file bounds") || why.contains("corrupted or incomplete")) {
            return new LlamaException(
                    "model-file-truncated",
                    Text.of("%s is cut short or damaged (%s)", "%s 不完整或已损坏（%s）", file, why),
                    FETCH_AGAIN);
        }
        Matcher unknown = UNKNOWN.matcher(why);
        if (unknown.find()) {
            return new LlamaException(
                    "model-architecture-unknown",
                    Text.of(
                            "llama.cpp %s, which computes here, does not know the architecture \"%s\" of %s",
                            "此处用于计算的 llama.cpp %s 不支持架构 “%s”（%s）", version, unknown.group(1), file),
                    Text.of(
                            "Update Unbusy, which brings newer libraries, or take another model. Of DeepSeek's this version"
                                    + " knows deepseek, deepseek2 (V2, V3, V3.1, R1), deepseek32 (V3.2) and deepseek4 (V4)",
                            "请更新 Unbusy（随之更新本地库），或换用其他模型。当前版本支持的 DeepSeek 架构有 deepseek、"
                                    + "deepseek2（V2、V3、V3.1、R1）、deepseek32（V3.2）和 deepseek4（V4）"));
        }
        if (why.contains("unable to allocate") || why.contains("failed to allocate")) {
            return new LlamaException(
                    "model-out-of-memory",
                    Text.of("Not enough memory to load %s (%s)", "内存不足，无法加载 %s（%s）", file, why),
                    Text.of("Choose a smaller model or free memory", "请选择更小的模型，或释放内存"));
        }
        if (MISMATCH.matcher(why).find()) {
            return new LlamaException(
                    "model-variant-unsupported",
                    Text.of(
                            "llama.cpp %s, which computes here, cannot load this kind of model from %s: %s",
                            "此处用于计算的 llama.cpp %s 无法从 %s 加载这种模型：%s", version, file, why),
                    Text.of(
                            "Take a file that the converter of llama.cpp v0.5.0 wrote, or one near it; if there is none, update"
                                    + " Unbusy or take another model",
                            "请使用 llama.cpp v0.5.0（或相近版本）的转换工具生成的文件；如果没有，请更新 Unbusy 或换用其他模型"));
        }
        return new LlamaException(
                "model-load-failed",
                Text.of("The native library refused %s: %s", "本地库无法加载 %s：%s", file, why),
                FETCH_AGAIN);
    }

    /** The line that says why, without its place in the source, or all lines if none does. */
    private static String reason(List<String> logged) {
        for (String line : logged) {
            int at = line.indexOf(REASON);
            if (at >= 0) {
                return line.substring(at + REASON.length());
            }
        }
        return logged.isEmpty() ? "no reason given" : String.join("; ", logged);
    }

    static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
