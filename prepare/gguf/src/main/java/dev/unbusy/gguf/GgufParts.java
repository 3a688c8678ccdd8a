package dev.unbusy.gguf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files of a model that was split: {@code name-00001-of-00003.gguf} and so on, all in one folder. */
final class GgufParts {
    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    private static final int MOST = 1000;

    private GgufParts() {}

    /** Whether a file is another than the first of a split model, by its name. */
    static boolean isFurther(String fileName) {
        Matcher name = NAME.matcher(fileName);
        return name.matches() && Integer.parseInt(name.group(2)) > 1;
    }

    /**
     * The headers of all parts in order, the given one first.
     *
     * @throws GgufException {@code model-file-missing} naming the parts that are not there
     */
    static List<GgufHeader> gather(GgufHeader first) {
        Long count = first.whole("split.count");
        if (count == null || count <= 1) {
            return List.of(first);
        }
        Path file = first.file();
        Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
        if (count > MOST || !name.matches() || Long.parseLong(name.group(3)) != count) {
            throw GgufException.corrupt(
                    file,
                    "it is one of %d parts, but its name does not end in -00001-of-%05d.gguf.",
                    "它是 %d 个分片之一，但文件名不以 -00001-of-%05d.gguf 结尾。",
                    count,
                    count);
        }
        Long number = first.whole("split.no");
        if (number == null || number != 0) {
            throw GgufException.corrupt(
                    file,
                    "it is part %d of %d; load the first part, %s.",
                    "它是第 %d 个分片（共 %d 个），请加载第一个分片 %s。",
                    number == null ? -1 : number + 1,
                    count,
                    partName(name.group(1), 1, count));
        }
        List<Path> files = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (int part = 2; part <= count; part++) {
            Path other = file.resolveSibling(partName(name.group(1), part, count));
            files.add(other);
            if (!Files.isRegularFile(other)) {
                missing.add(String.valueOf(other.getFileName()));
            }
        }
        if (!missing.isEmpty()) {
            throw GgufException.missing(
                    file + ": " + (missing.size() > 5 ? missing.subList(0, 5) + "…" : missing.toString()), null);
        }
        List<GgufHeader> parts = new ArrayList<>();
        parts.add(first);
        for (Path other : files) {
            parts.add(GgufReader.read(other));
        }
        return parts;
    }

    private static String partName(String stem, int part, long count) {
        return String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", stem, part, count);
    }
}
