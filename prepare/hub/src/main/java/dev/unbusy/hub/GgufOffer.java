package dev.unbusy.hub;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One model that a repository offers as GGUF: one quantization, in one file or several parts.
 *
 * @param quantization as the file name says, in capitals ({@code Q4_K_M}), or null if it does not say
 * @param files all parts in order
 * @param bytes of all parts together, or null if one is unknown
 */
record GgufOffer(
        @Nullable String quantization,
        List<RepositoryListing.RemoteFile> files,
        @Nullable Long bytes) {
    private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    /** The last match in a name counts: "Q4-Tiger-Q8_0.gguf" is Q8_0. */
    private static final Pattern QUANTIZATION = Pattern.compile(
            "(?<![A-Za-z0-9])((?:UD-)?(?:I?Q[1-8](?:_[0-9A-Z]+)*|TQ[12]_0|BF16|FP?16|FP?32|MXFP4(?:_MOE)?|NVFP4))(?![A-Za-z0-9])",
            Pattern.CASE_INSENSITIVE);

    GgufOffer {
        files = List.copyOf(files);
    }

    /** Groups the GGUF files of a repository. Vision projectors and importance matrices are no models. */
    static List<GgufOffer> of(List<RepositoryListing.RemoteFile> files) {
        Map<String, List<RepositoryListing.RemoteFile>> groups = new TreeMap<>();
        for (RepositoryListing.RemoteFile file : files) {
            String lower = file.name().toLowerCase(Locale.ROOT);
            if (lower.endsWith(".gguf") && !lower.startsWith("mmproj") && !lower.contains("imatrix")) {
                Matcher part = PART.matcher(file.path());
                String stem = part.matches() ? part.group(1) + "-of-" + part.group(3) : file.path();
                groups.computeIfAbsent(stem, key -> new ArrayList<>()).add(file);
            }
        }
        List<GgufOffer> offers = new ArrayList<>();
        groups.values().forEach(group -> {
            if (isComplete(group)) {
                group.sort(Comparator.comparing(RepositoryListing.RemoteFile::path));
                offers.add(new GgufOffer(quantization(group.getFirst().path()), group, sum(group)));
            }
        });
        return offers;
    }

    /** The quantization that a path names, in capitals, or null. The file name counts before its folder. */
    static @Nullable String quantization(String path) {
        String found = last(path.substring(path.lastIndexOf('/') + 1));
        return found != null ? found : last(path);
    }

    private static @Nullable String last(String text) {
        String plain = text.replaceFirst("(-\\d{5}-of-\\d{5})?\\.gguf$", "");
        Matcher matcher = QUANTIZATION.matcher(plain);
        String found = null;
        while (matcher.find()) {
            found = matcher.group(1).toUpperCase(Locale.ROOT);
        }
        return found == null ? null : found.replace("FP16", "F16").replace("FP32", "F32");
    }

    private static boolean isComplete(List<RepositoryListing.RemoteFile> group) {
        Matcher part = PART.matcher(group.getFirst().path());
        return !part.matches() || Integer.parseInt(part.group(3)) == group.size();
    }

    private static @Nullable Long sum(List<RepositoryListing.RemoteFile> files) {
        long sum = 0;
        for (RepositoryListing.RemoteFile file : files) {
            Long bytes = file.bytes();
            if (bytes == null) {
                return null;
            }
            sum += bytes;
        }
        return sum;
    }

    /** Path of the first file: what a person sees of the offer. */
    String label() {
        return files.getFirst().path();
    }
}
