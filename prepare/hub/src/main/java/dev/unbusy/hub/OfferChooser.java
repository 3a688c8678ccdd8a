package dev.unbusy.hub;

import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of a repository's GGUF files is fetched. Pure.
 *
 * <ol>
 *   <li>A file or a quantization that was named is taken, or refused by name.
 *   <li>Else the order of {@link #PREFERENCE}: Q4_K_M first, the usual balance of size and quality; then its neighbours;
 *       larger and smaller ones last.
 *   <li>Of these the first that fits the memory, where memory and size are known.
 * </ol>
 */
final class OfferChooser {
    static final List<String> PREFERENCE = List.of(
            "Q4_K_M",
            "Q4_K_S",
            "UD-Q4_K_XL",
            "Q4_0",
            "IQ4_XS",
            "IQ4_NL",
            "Q4_K_L",
            "Q4_1",
            "MXFP4_MOE",
            "Q3_K_L",
            "Q3_K_M",
            "Q3_K_S",
            "IQ3_M",
            "IQ3_XXS",
            "Q5_K_M",
            "Q5_K_S",
            "Q6_K",
            "Q8_0",
            "Q2_K",
            "IQ2_M",
            "BF16",
            "F16",
            "F32");

    private OfferChooser() {}

    /** @param reason why this one, for the reader */
    record Chosen(GgufOffer offer, Text reason) {}

    /**
     * @param offers what the repository holds; not empty
     * @param quantization asked for, or null
     * @param file path or name asked for, or null
     * @param memory what weights may take here, or null if it does not matter
     * @throws HubException {@code model-not-found} if what was named is not there, {@code model-exceeds-memory} if nothing
     *     fits
     */
    static Chosen choose(
            List<GgufOffer> offers, @Nullable String quantization, @Nullable String file, @Nullable Bytes memory) {
        if (file != null) {
            return named(offers, file);
        }
        if (quantization != null) {
            return quantized(offers, quantization);
        }
        List<GgufOffer> ordered = offers.stream()
                .sorted(Comparator.comparingInt(OfferChooser::rank).thenComparing(GgufOffer::label))
                .toList();
        List<String> tooLarge = new ArrayList<>();
        for (GgufOffer offer : ordered) {
            Long bytes = offer.bytes();
            if (memory == null || bytes == null || bytes <= memory.count()) {
                return new Chosen(offer, reason(offer, offers.size(), memory, tooLarge));
            }
            tooLarge.add(describe(offer));
        }
        throw new HubException(
                "model-exceeds-memory",
                Text.of(
                        "None of the files fits the %s of memory that are free for it: %s",
                        "可用内存为 %s，以下文件均无法容纳：%s", memory == null ? "" : memory, String.join(", ", tooLarge)),
                Text.of(
                        "Take a smaller model, or name a quantization to fetch it all the same (org/name:Q2_K).",
                        "请选择更小的模型；如仍要下载，请指定量化类型（org/name:Q2_K）。"));
    }

    private static Chosen named(List<GgufOffer> offers, String file) {
        for (GgufOffer offer : offers) {
            for (RepositoryListing.RemoteFile part : offer.files()) {
                if (part.path().equals(file) || part.name().equals(file)) {
                    return new Chosen(offer, Text.of("The file %s was asked for.", "已指定文件 %s。", offer.label()));
                }
            }
        }
        throw notThere(offers, Text.of("no file %s", "没有文件 %s", file));
    }

    private static Chosen quantized(List<GgufOffer> offers, String quantization) {
        List<GgufOffer> fitting = offers.stream()
                .filter(offer -> quantization.equalsIgnoreCase(offer.quantization()))
                .toList();
        if (fitting.isEmpty()) {
            throw notThere(offers, Text.of("no quantization %s", "没有量化类型 %s", quantization));
        }
        return new Chosen(
                fitting.getFirst(), Text.of("The quantization %s was asked for.", "已指定量化类型 %s。", quantization));
    }

    private static HubException notThere(List<GgufOffer> offers, Text what) {
        String there =
                String.join(", ", offers.stream().map(OfferChooser::describe).toList());
        return new HubException(
                "model-not-found",
                new Text("The repository has %s.".formatted(what.en()), "仓库中%s。".formatted(what.zh())),
                Text.of("It has: %s", "可选：%s", there));
    }

    private static int rank(GgufOffer offer) {
        String quantization = offer.quantization();
        int index = quantization == null ? -1 : PREFERENCE.indexOf(quantization);
        return index < 0 ? PREFERENCE.size() : index;
    }

    private static Text reason(GgufOffer offer, int of, @Nullable Bytes memory, List<String> tooLarge) {
        String what = describe(offer);
        if (of == 1) {
            return Text.of("%s is the only GGUF model there.", "%s 是其中唯一的 GGUF 模型。", what);
        }
        if (!tooLarge.isEmpty()) {
            return Text.of(
                    "%s is the first choice that fits the %s of memory free for it (too large: %s).",
                    "%s 是可用内存 %s 能容纳的首选（过大的有：%s）。", what, memory == null ? "" : memory, String.join(", ", tooLarge));
        }
        return Text.of(
                "%s is the usual balance of size and quality (of %d there; name another as org/name:Q8_0).",
                "%s 在大小与质量之间较为均衡（共 %d 个可选；可用 org/name:Q8_0 指定其他类型）。", what, of);
    }

    private static String describe(GgufOffer offer) {
        String name = offer.quantization() == null ? offer.label() : offer.quantization();
        Long bytes = offer.bytes();
        return bytes == null ? name : name + " (" + new Bytes(bytes) + ")";
    }
}
