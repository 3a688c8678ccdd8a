package dev.unbusy.engine;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Writes a whole model: metadata, and tensors with seeded random weights. Each tensor's numbers depend on its name only, so
 * that a model is the same in every run. Source of the form: docs/gguf.md of ggml, version 3.
 */
final class GgufBuilder {
    private static final int F32 = 0;
    private static final int Q8_0 = 8;
    private static final int I32 = 26;
    private static final int ALIGNMENT = 32;

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Tensor(String name, int type, long[] shape, byte[] data) {}

    private final String architecture;
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private boolean quantized;
    private double added = 1;

    GgufBuilder(String architecture) {
        this.architecture = architecture;
        metadata.put("general.architecture", architecture);
    }

    /** From here on matrices are Q8_0 where their rows allow. */
    GgufBuilder quantized() {
        quantized = true;
        return this;
    }

    /** @param value Integer (as unsigned), Float, Boolean, String, int[] or String[]; replaces an earlier one */
    GgufBuilder key(String key, Object value) {
        metadata.put(key, value);
        return this;
    }

    /** As {@link #key}, with the architecture in front. */
    GgufBuilder own(String key, Object value) {
        return key(architecture + "." + key, value);
    }

    GgufBuilder withoutOwn(String key) {
        metadata.remove(architecture + "." + key);
        return this;
    }

    /** From here on each layer changes little: roundings do not grow from layer to layer where there are many. */
    GgufBuilder damped(double share) {
        added = share;
        return this;
    }

    /** A matrix, or several: the results are about as large as the input. */
    GgufBuilder weights(String name, long in, long... out) {
        boolean adds = name.contains("ffn_down") || name.contains("attn_output");
        return random(name, (adds ? added : 1) / Math.sqrt((double) in), 0, in, out);
    }

    GgufBuilder random(String name, double deviation, double mean, long in, long... out) {
        long[] shape = LongStream.concat(LongStream.of(in), LongStream.of(out)).toArray();
        float[] values = new float[Math.toIntExact(elements(shape))];
        Random random = new Random(20261124L * 31 + name.hashCode());
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        boolean blocks = quantized && shape.length > 1 && in % 32 == 0;
        tensors.add(new Tensor(name, blocks ? Q8_0 : F32, shape, blocks ? blocks(values) : floats(values)));
        return this;
    }

    /** Factors of a normalization: about 1. */
    GgufBuilder norm(String name, long length) {
        return random(name, 0.1, 1, length);
    }

    GgufBuilder bias(String name, long length) {
        return random(name, 0.2, 0, length);
    }

    /** A table of numbers from 0 to {@code most} − 1, different within a row. */
    GgufBuilder choices(String name, int most, int perRow, int rows) {
        Bytes data = new Bytes();
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < perRow; i++) {
                data.number((row * 7 + i * 3) % most, 4);
            }
        }
        tensors.add(new Tensor(name, I32, new long[] {perRow, rows}, data.toByteArray()));
        return this;
    }

    GgufBuilder withoutTensors() {
        tensors.clear();
        return this;
    }

    Path write(Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            byte[] header = header();
            out.write(header);
            out.write(new byte[padded(header.length) - header.length]);
            for (Tensor tensor : tensors) {
                out.write(tensor.data);
                out.write(new byte[padded(tensor.data.length) - tensor.data.length]);
            }
        }
        return file;
    }

    private byte[] header() {
        Bytes out = new Bytes();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.number(3, 4).number(tensors.size(), 8).number(metadata.size(), 8);
        metadata.forEach((key, value) -> out.text(key).value(value));
        long offset = 0;
        for (Tensor tensor : tensors) {
            out.text(tensor.name).number(tensor.shape.length, 4);
            LongStream.of(tensor.shape).forEach(length -> out.number(length, 8));
            out.number(tensor.type, 4).number(offset, 8);
            offset += padded(tensor.data.length);
        }
        return out.toByteArray();
    }

    private static byte[] floats(float[] values) {
        Bytes data = new Bytes();
        for (float value : values) {
            data.number(Float.floatToRawIntBits(value), 4);
        }
        return data.toByteArray();
    }

    /** Blocks of 32: a scale as F16, then 32 signed bytes. */
    private static byte[] blocks(float[] values) {
        Bytes data = new Bytes();
        for (int start = 0; start < values.length; start += 32) {
            float largest = 0;
            for (int i = start; i < start + 32; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            float scale = largest / 127;
            data.number(Float.floatToFloat16(scale), 2);
            for (int i = start; i < start + 32; i++) {
                data.number(scale == 0 ? 0 : Math.round(values[i] / scale), 1);
            }
        }
        return data.toByteArray();
    }

    private static long elements(long[] shape) {
        return LongStream.of(shape).reduce(1, Math::multiplyExact);
    }

    private static int padded(int length) {
        return Math.ceilDiv(length, ALIGNMENT) * ALIGNMENT;
    }

    /** Little-endian. */
    private static final class Bytes extends ByteArrayOutputStream {
        Bytes number(long value, int length) {
            for (int i = 0; i < length; i++) {
                write((int) (value >> (8 * i)));
            }
            return this;
        }

        Bytes text(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            number(bytes.length, 8).writeBytes(bytes);
            return this;
        }

        Bytes value(Object value) {
            return switch (value) {
                case Integer number -> number(4, 4).number(number, 4);
                case Float number -> number(6, 4).number(Float.floatToRawIntBits(number), 4);
                case Boolean yes -> number(7, 4).number(yes ? 1 : 0, 1);
                case String string -> number(8, 4).text(string);
                case int[] numbers -> {
                    array(5, numbers.length);
                    Arrays.stream(numbers).forEach(number -> number(number, 4));
                    yield this;
                }
                case String[] strings -> {
                    array(8, strings.length);
                    Arrays.stream(strings).forEach(this::text);
                    yield this;
                }
                default -> throw new IllegalArgumentException("no GGUF value of " + value.getClass());
            };
        }

        private void array(int elementType, int count) {
            number(9, 4).number(elementType, 4).number(count, 8);
        }
    }
}
