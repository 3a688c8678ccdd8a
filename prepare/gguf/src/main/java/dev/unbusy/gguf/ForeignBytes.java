package dev.unbusy.gguf;

import dev.unbusy.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Says what a file that is no GGUF looks like, so that its reader learns what went wrong. Pure. */
final class ForeignBytes {
    private ForeignBytes() {}

    /** @param head the first bytes of the file, up to a few hundred */
    static Text describe(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        String start = text.stripLeading().toLowerCase(Locale.ROOT);
        if (head.length == 0) {
            return Text.of("it is empty", "文件为空");
        }
        if (allZero(head)) {
            return Text.of(
                    "it begins with zeros, as a download does whose space was reserved but never filled",
                    "文件开头全为零，像是预留了空间却没有写入内容的下载");
        }
        if (text.startsWith("version https://git-lfs")) {
            return Text.of(
                    "it is a Git LFS pointer, not the file itself (git lfs pull fetches it)",
                    "它是 Git LFS 指针而不是文件本身（可用 git lfs pull 获取）");
        }
        if (start.startsWith("<!doctype html") || start.startsWith("<html") || start.startsWith("<head")) {
            return Text.of(
                    "it is a web page, probably an error or login page saved in place of the file",
                    "它是一个网页，可能是下载时保存下来的错误页或登录页");
        }
        if (start.startsWith("<?xml")) {
            return Text.of("it is an XML document", "它是 XML 文档");
        }
        if (text.startsWith("PK\u0003\u0004")) {
            return Text.of("it is a zip archive or a PyTorch checkpoint", "它是 zip 压缩包或 PyTorch 权重文件");
        }
        if (text.startsWith("\u001f\u008b")) {
            return Text.of("it is gzip-compressed", "它是 gzip 压缩文件");
        }
        if (text.startsWith("(\u00b5/\u00fd")) {
            return Text.of("it is zstd-compressed", "它是 zstd 压缩文件");
        }
        if (text.startsWith("ggml") || text.startsWith("lmgg") || text.startsWith("tjgg") || text.startsWith("fmgg")) {
            return Text.of(
                    "it is in GGML's older format, which llama.cpp no longer reads; convert it to GGUF",
                    "它是旧的 GGML 格式，llama.cpp 已不再支持，请转换为 GGUF");
        }
        // safetensors: the length of a JSON header (8 bytes), then the header.
        if (head.length > 9 && head[8] == '{' && (head[9] == '"' || head[9] == '}')) {
            return Text.of(
                    "it is a safetensors file; convert it with llama.cpp's convert_hf_to_gguf.py",
                    "它是 safetensors 文件，请用 llama.cpp 的 convert_hf_to_gguf.py 转换");
        }
        if (text.startsWith("\u007fELF")) {
            return Text.of("it is a program or library", "它是程序或动态库");
        }
        if (start.startsWith("{") || start.startsWith("[")) {
            return Text.of("it is JSON text", "它是 JSON 文本");
        }
        return Text.of("its first bytes are %s", "文件开头的字节为 %s", hex(head));
    }

    private static boolean allZero(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < Math.min(8, bytes.length); i++) {
            hex.append(i == 0 ? "" : " ").append(String.format(Locale.ROOT, "%02x", bytes[i] & 0xff));
        }
        return hex.toString();
    }
}
