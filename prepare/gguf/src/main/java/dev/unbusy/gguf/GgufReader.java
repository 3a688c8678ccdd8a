package dev.unbusy.gguf;

import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of one GGUF file. Any bytes give either a header or a {@link GgufException}; memory and time are
 * bounded by {@link GgufLimits}. Layout: magic, version, counts, metadata, tensor descriptions, padding, data
 * (ggml's docs/gguf.md; the checks are those of ggml/src/gguf.cpp in llama.cpp v0.5.0, which loads nothing else).
 */
final class GgufReader {
    static final String TOKENS = "tokenizer.ggml.tokens";
    private static final int DEFAULT_ALIGNMENT = 32;

    private final Path file;
    private final GgufCursor cursor;
    private long keptBytes;
    private @Nullable Vocabulary vocabulary;

    private GgufReader(Path file, GgufCursor cursor) {
        this.file = file;
        this.cursor = cursor;
    }

    /** Names of the models in a directory; of a split one the first part. */
    private static List<String> models(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".gguf") && !GgufParts.isFurther(name))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of(); // what may not be looked into holds nothing to name
        }
    }

    static GgufHeader read(Path file) {
        if (Files.isDirectory(file)) {
            throw GgufException.directory(file, models(file));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new GgufReader(file, new GgufCursor(file, channel)).read();
        } catch (NoSuchFileException e) {
            throw GgufException.missing(file, e);
        } catch (AccessDeniedException e) {
            throw new GgufException(
                    "permission-denied",
                    Text.of("The model file %s may not be read.", "没有读取模型文件 %s 的权限。", file),
                    Text.of("Correct its owner or mode: chmod a+r '%s'", "请修正文件的所有者或权限：chmod a+r '%s'", file),
                    e);
        } catch (IOException e) {
            throw new GgufException(
                    "model-file-corrupt",
                    Text.of("%s cannot be read: %s", "无法读取 %s：%s", file, FileFailure.of(e)),
                    Text.of("Check the disk (dmesg) and fetch the file again.", "请检查磁盘（dmesg）并重新获取该文件。"),
                    e);
        }
    }

    private GgufHeader read() throws IOException {
        int version = readVersion();
        long tensorCount = bounded("tensor_count", GgufLimits.TENSORS);
        long metadataCount = bounded("metadata_kv_count", GgufLimits.METADATA_ENTRIES);
        Map<String, GgufValue> metadata = readMetadata(metadataCount);
        int alignment = alignment(metadata);
        List<GgufTensor> tensors = readTensors(tensorCount, alignment);
        long dataOffset = padded(cursor.position(), alignment);
        long end = cursor.position();
        for (GgufTensor tensor : tensors) {
            long tensorEnd = dataOffset + tensor.offset() + tensor.bytes();
            if (tensorEnd < 0) {
                throw GgufException.corrupt(
                        file, "the tensor %s ends beyond 8 EiB.", "张量 %s 的结尾超出 8 EiB。", tensor.name());
            }
            end = Math.max(end, tensorEnd);
        }
        if (end > cursor.size()) {
            throw GgufException.truncated(file, cursor.size(), end);
        }
        return new GgufHeader(file, version, metadata, tensors, dataOffset, end, cursor.size(), vocabulary);
    }

    private int readVersion() throws IOException {
        byte[] head = cursor.size() < 4 ? cursor.bytes((int) cursor.size()) : cursor.bytes(4);
        if (head.length < 4 || !new String(head, StandardCharsets.ISO_8859_1).equals("GGUF")) {
            int more = (int) Math.min(cursor.remaining(), 252);
            byte[] all = Arrays.copyOf(head, head.length + more);
            System.arraycopy(cursor.bytes(more), 0, all, head.length, more);
            Text looks = ForeignBytes.describe(all);
            throw new GgufException(
                    "model-file-corrupt",
                    new Text(
                            "%s is not a GGUF model: %s.".formatted(file, looks.en()),
                            "%s 不是 GGUF 模型：%s。".formatted(file, looks.zh())),
                    Text.of(
                            "Fetch the model as GGUF: unbusy pull org/name:Q4_K_M",
                            "请获取 GGUF 格式的模型：unbusy pull org/name:Q4_K_M"),
                    null);
        }
        long version = cursor.u32();
        if (version == 0x0200_0000L || version == 0x0300_0000L) {
            throw GgufException.unsupported(file, "it is a big-endian GGUF.", "它是大端序的 GGUF。");
        }
        if (version != 2 && version != 3) {
            throw GgufException.unsupported(
                    file, "its GGUF version is %d; 2 and 3 are known.", "GGUF 版本为 %d，仅支持 2 和 3。", version);
        }
        return (int) version;
    }

    private long bounded(String what, int limit) throws IOException {
        long count = cursor.u64(what);
        if (count > limit) {
            throw GgufException.corrupt(file, "%s is %d (at most %d).", "%s 为 %d（上限 %d）。", what, count, limit);
        }
        return count;
    }

    private Map<String, GgufValue> readMetadata(long count) throws IOException {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = kept(cursor.string("metadata[" + i + "].key", GgufLimits.KEY_BYTES));
            GgufType type = type(key, cursor.u32());
            if (metadata.putIfAbsent(key, value(key, type)) != null) {
                throw GgufException.corrupt(file, "the key %s occurs twice.", "键 %s 出现了两次。", printable(key));
            }
        }
        return metadata;
    }

    private GgufType type(String key, long id) {
        GgufType type = GgufType.of(id);
        if (type == null) {
            throw GgufException.corrupt(
                    file, "the value of %s has the unknown type %d.", "%s 的值类型 %d 未知。", printable(key), id);
        }
        return type;
    }

    private GgufValue value(String key, GgufType type) throws IOException {
        return switch (type) {
            case UINT8 -> new GgufValue.Whole(type, cursor.u8());
            case INT8 -> new GgufValue.Whole(type, (byte) cursor.u8());
            case UINT16 -> new GgufValue.Whole(type, cursor.i16() & 0xffff);
            case INT16 -> new GgufValue.Whole(type, cursor.i16());
            case UINT32 -> new GgufValue.Whole(type, cursor.u32());
            case INT32 -> new GgufValue.Whole(type, cursor.i32());
            case UINT64 -> new GgufValue.Whole(type, cursor.u64(printable(key)));
            case INT64 -> new GgufValue.Whole(type, cursor.i64());
            case FLOAT32 -> new GgufValue.Real(Float.intBitsToFloat(cursor.i32()));
            case FLOAT64 -> new GgufValue.Real(Double.longBitsToDouble(cursor.i64()));
            case BOOL -> new GgufValue.Bool(cursor.u8() != 0);
            case STRING -> new GgufValue.Str(kept(cursor.string(printable(key), GgufLimits.STRING_BYTES)));
            case ARRAY -> array(key);
        };
    }

    private GgufValue array(String key) throws IOException {
        GgufType elementType = type(key, cursor.u32());
        long count = cursor.u64(printable(key) + ".count");
        if (elementType == GgufType.ARRAY) {
            throw GgufException.unsupported(file, "%s is an array of arrays.", "%s 是嵌套数组。", printable(key));
        }
        if (count > GgufLimits.ARRAY_ELEMENTS) {
            throw GgufException.corrupt(
                    file,
                    "the array %s claims to have %d elements (at most %d).",
                    "数组 %s 声称有 %d 个元素（上限 %d）。",
                    printable(key),
                    count,
                    GgufLimits.ARRAY_ELEMENTS);
        }
        if (count * elementType.leastBytes() > cursor.remaining()) {
            throw GgufException.truncatedHeader(file, cursor.size());
        }
        if (key.equals(TOKENS) && elementType == GgufType.STRING) {
            vocabulary = Vocabulary.scan(file, cursor, count);
            return new GgufValue.Arr(elementType, count, List.of());
        }
        if (count > GgufLimits.KEPT_ELEMENTS) {
            skip(key, elementType, count);
            return new GgufValue.Arr(elementType, count, List.of());
        }
        keep(count * GgufLimits.ELEMENT_BYTES);
        List<GgufValue> elements = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            elements.add(value(key, elementType));
        }
        return new GgufValue.Arr(elementType, count, elements);
    }

    private void skip(String key, GgufType elementType, long count) throws IOException {
        if (elementType.isFixedSize()) {
            cursor.skip(count * elementType.leastBytes());
            return;
        }
        String what = printable(key) + "[].length";
        for (long i = 0; i < count; i++) {
            cursor.skip(cursor.u64(what));
        }
    }

    private List<GgufTensor> readTensors(long count, int alignment) throws IOException {
        List<GgufTensor> tensors = new ArrayList<>((int) Math.min(count, cursor.remaining() / 24));
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            GgufTensor tensor = readTensor(i, alignment);
            if (!names.add(tensor.name())) {
                throw GgufException.corrupt(
                        file, "the tensor %s occurs twice.", "张量 %s 出现了两次。", printable(tensor.name()));
            }
            tensors.add(tensor);
        }
        return tensors;
    }

    private GgufTensor readTensor(int index, int alignment) throws IOException {
        String name = text(cursor.string("tensor[" + index + "].name", GgufLimits.TENSOR_NAME_BYTES));
        String shown = printable(name);
        long dimensions = cursor.u32();
        if (dimensions > GgufLimits.DIMENSIONS) {
            throw GgufException.corrupt(
                    file,
                    "the tensor %s has %d dimensions (at most %d).",
                    "张量 %s 有 %d 个维度（上限 %d）。",
                    shown,
                    dimensions,
                    GgufLimits.DIMENSIONS);
        }
        List<Long> shape = new ArrayList<>();
        long elements = 1;
        for (int d = 0; d < dimensions; d++) {
            long length = cursor.u64(shown + ".shape");
            // 2^56 elements are more bytes than any address space; below it no later product overflows.
            if (length == 0 || elements > (1L << 56) / length) {
                throw GgufException.corrupt(
                        file, "dimension %d of the tensor %s is %d.", "维度 %d（张量 %s）的长度为 %d。", d, shown, length);
            }
            elements *= length;
            shape.add(length);
        }
        long typeId = cursor.u32();
        GgmlType type = typeId > Integer.MAX_VALUE ? null : GgmlType.of((int) typeId);
        if (type == null) {
            throw GgufException.unsupported(
                    file,
                    "the tensor %s has the type %d, which llama.cpp v0.5.0 does not know.",
                    "张量 %s 的类型 %d 不被 llama.cpp v0.5.0 支持。",
                    shown,
                    typeId);
        }
        long row = shape.isEmpty() ? 1 : shape.getFirst();
        if (row % type.blockElements() != 0) {
            throw GgufException.corrupt(
                    file,
                    "rows of the tensor %s have %d elements, not a multiple of the %d in a block of %s.",
                    "张量 %s 每行有 %d 个元素，不是块大小 %d（%s）的整数倍。",
                    shown,
                    row,
                    type.blockElements(),
                    type);
        }
        long offset = cursor.u64(shown + ".offset");
        if (offset % alignment != 0 || offset > (1L << 60)) {
            throw GgufException.corrupt(
                    file,
                    "the tensor %s starts at %d, not aligned to %d.",
                    "张量 %s 的偏移 %d 未按 %d 对齐。",
                    shown,
                    offset,
                    alignment);
        }
        return new GgufTensor(name, shape, type, offset);
    }

    private int alignment(Map<String, GgufValue> metadata) {
        GgufValue value = metadata.get("general.alignment");
        if (value == null) {
            return DEFAULT_ALIGNMENT;
        }
        if (value instanceof GgufValue.Whole whole
                && whole.type() == GgufType.UINT32
                && whole.value() > 0
                && whole.value() <= 1 << 20
                && Long.bitCount(whole.value()) == 1) {
            return (int) whole.value();
        }
        throw GgufException.corrupt(
                file,
                "general.alignment is not a power of two up to 1048576.",
                "general.alignment 不是不超过 1048576 的 2 的幂。");
    }

    private String kept(byte[] bytes) {
        keep(bytes.length);
        return text(bytes);
    }

    private void keep(long bytes) {
        keptBytes += bytes;
        if (keptBytes > GgufLimits.KEPT_BYTES) {
            throw GgufException.corrupt(
                    file, "its metadata takes more than %d bytes.", "元数据超过 %d 字节。", GgufLimits.KEPT_BYTES);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A foreign name made fit to be shown: short and without control characters. */
    static String printable(String name) {
        String clean = name.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 80 ? clean : clean.substring(0, 80) + "…";
    }

    private static long padded(long position, int alignment) {
        return (position + alignment - 1) / alignment * alignment;
    }
}
