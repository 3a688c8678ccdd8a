package dev.unbusy.hub;

import dev.unbusy.text.Text;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a person writes to name a model: {@code org/name}, {@code org/name:Q4_K_M}, {@code org/name/file.gguf}, each with
 * {@code @revision} behind the repository if wanted and {@code hf:} or {@code modelscope:} in front; a name from the
 * catalogue; or the address of a {@code .gguf} file.
 */
public sealed interface ModelReference {

    /** A hub that serves repositories. */
    enum Hub {
        HUGGING_FACE,
        MODELSCOPE
    }

    /** A name without an organisation: the catalogue must know it. */
    record Named(
            String name,
            @Nullable String quantization,
            @Nullable Hub hub) implements ModelReference {}

    /**
     * A repository on a hub, or one file in it.
     *
     * @param hub the hub named, or null for whichever has it
     */
    record Repository(
            @Nullable Hub hub,
            String id,
            @Nullable String revision,
            @Nullable String quantization,
            @Nullable String file)
            implements ModelReference {}

    /** One file anywhere. */
    record Address(URI uri) implements ModelReference {}

    /** The syntax of a repository, for the people who got it wrong. */
    Pattern REPOSITORY = Pattern.compile("(?<org>[\\w.-]+)/(?<name>[\\w.-]+)(?:@(?<rev>[\\w./-]+?))?"
            + "(?:/(?<file>[\\w./ +-]+\\.gguf)|:(?<quant>[\\w.-]+))?");

    Pattern NAME = Pattern.compile("(?<name>[\\w.-]+)(?::(?<quant>[\\w.-]+))?");

    /** @throws HubException {@code model-reference-invalid} if the text is none of these */
    static ModelReference parse(String text) {
        String rest = text.strip();
        String lower = rest.toLowerCase(Locale.ROOT);
        if (lower.startsWith("https://") || lower.startsWith("http://")) {
            return address(rest);
        }
        Hub hub = null;
        for (String prefix : new String[] {"hf:", "huggingface:", "modelscope:", "ms:"}) {
            if (lower.startsWith(prefix)) {
                hub = prefix.startsWith("h") ? Hub.HUGGING_FACE : Hub.MODELSCOPE;
                rest = rest.substring(prefix.length());
                break;
            }
        }
        Matcher repository = REPOSITORY.matcher(rest);
        if (repository.matches() && !traverses(rest)) {
            return new Repository(
                    hub,
                    repository.group("org") + "/" + repository.group("name"),
                    repository.group("rev"),
                    repository.group("quant"),
                    repository.group("file"));
        }
        Matcher name = NAME.matcher(rest);
        if (name.matches() && !traverses(rest)) {
            return new Named(name.group("name"), name.group("quant"), hub);
        }
        throw invalid(text);
    }

    private static ModelReference address(String text) {
        try {
            URI uri = new URI(text);
            if (uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getPath().endsWith(".gguf")) {
                return new Address(uri);
            }
        } catch (URISyntaxException e) {
            throw invalid(text, e);
        }
        throw invalid(text);
    }

    private static boolean traverses(String text) {
        for (String part : text.split("/")) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return true;
            }
        }
        return false;
    }

    private static HubException invalid(String text) {
        return invalid(text, null);
    }

    private static HubException invalid(String text, @Nullable Throwable cause) {
        return new HubException(
                "model-reference-invalid",
                Text.of("\"%s\" does not name a model.", "“%s” 不是有效的模型名称。", text),
                Text.of(
                        "Write org/name, org/name:Q4_K_M, org/name/file.gguf (with hf: or modelscope: in front if you"
                                + " like), a catalogue name such as DeepSeek-R1-Distill-Qwen-7B, or the https address of"
                                + " a .gguf file without user name.",
                        "请写成 org/name、org/name:Q4_K_M、org/name/file.gguf（可加前缀 hf: 或 modelscope:）、"
                                + "目录中的名称（如 DeepSeek-R1-Distill-Qwen-7B），或不含用户名的 .gguf 文件 https 地址。"),
                cause);
    }
}
