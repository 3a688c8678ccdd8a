package dev.unbusy.catalog;

import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which model a machine starts with. Pure.
 *
 * <ol>
 *   <li>Distills that are installed and fit come first, so that a second start needs no network; the starter model if it
 *       alone is installed.
 *   <li>Without a hub: the starter model.
 *   <li>Else the most preferred distill (see {@code order} in models.json) that a hub gives, whose file fits the disk, whose
 *       weights, KV cache of 8,192 tokens and runtime fit the memory with 15 % to spare, and whose estimated decode speed
 *       is at least 5 tokens/s: memory bandwidth × 0.6 ÷ weight bytes, since decoding one stream reads all weights once
 *       per token. On a GPU that holds all of it the speed is taken as sufficient. Where the bandwidth is unknown, the
 *       smallest that fits.
 *   <li>Where none fits: the starter model.
 * </ol>
 */
public final class ModelChooser {
    public static final String QUANTIZATION = "Q4_K_M";

    static final int CONTEXT_TOKENS = 8192;
    static final double HEAD_ROOM = 1.15;
    static final double LEAST_TOKENS_PER_SECOND = 5;
    /**
     * Share of the measured memory bandwidth that decoding reaches. An assumption on the safe side: a 1.5B model at
     * Q4_K_M was seen to reach 0.9 on two cores of a Sapphire Rapids machine.
     */
    static final double BANDWIDTH_SHARE = 0.6;
    /** Compute buffers, the worker's own memory; an assumption. */
    static final Bytes RUNTIME = Bytes.mebi(600);
    /** Bits per parameter of Q4_K_M files: the known sizes of the catalogue give 4.8 to 5.05. */
    static final double BITS_PER_PARAMETER = 4.95;

    private final ModelCatalog catalog;

    public ModelChooser(ModelCatalog catalog) {
        this.catalog = catalog;
    }

    /** @param installed ids of the installed models */
    public ModelChoice choose(HostFacts host, Set<String> installed, Supply supply) {
        List<CatalogModel> distills = catalog.models().stream()
                .filter(model -> !model.family().equals(CatalogModel.STARTER))
                .sorted(Comparator.comparingInt(CatalogModel::order).reversed())
                .toList();
        List<Text> rejected = new ArrayList<>();
        // 1
        for (CatalogModel model : distills) {
            if (installed.contains(model.id()) && misfit(host, model) == null) {
                return choice(
                        host,
                        model,
                        Text.of("%s is installed and fits this machine.", "%s 已安装，且本机内存足够。", model.shortName()),
                        List.of());
            }
        }
        CatalogModel starter = catalog.starter();
        if (installed.contains(starter.id())) {
            return starter(
                    host,
                    Text.of(
                            "The starter model %s is installed. `unbusy pull DeepSeek-R1-Distill-Qwen-1.5B` (or a larger"
                                    + " one) gets a DeepSeek model.",
                            "已安装入门模型 %s。可用 `unbusy pull DeepSeek-R1-Distill-Qwen-1.5B`（或更大的型号）获取 DeepSeek 模型。",
                            starter.shortName()),
                    rejected);
        }
        // 2
        if (!Boolean.TRUE.equals(supply.hub())) {
            return starter(
                    host,
                    Text.of(
                            "No model hub can be reached, so the small starter model %s is used; its answers are simple."
                                    + " A model file of your own works with --model FILE.",
                            "无法连接任何模型仓库，因此使用小型入门模型 %s，回答能力有限。也可以用 --model FILE 指定自己的模型文件。", starter.shortName()),
                    rejected);
        }
        // 3
        if (host.bandwidth() == null && host.gpus().isEmpty()) {
            distills = distills.reversed();
        }
        for (CatalogModel model : distills) {
            Text why = misfit(host, model);
            if (why == null) {
                why = tooSlow(host, model);
            }
            if (why == null) {
                why = notToBeHad(supply, model);
            }
            if (why == null) {
                return choice(host, model, suits(host, model), rejected);
            }
            rejected.add(why);
        }
        // 4
        if (!supply.notThere().isEmpty()) {
            return starter(
                    host,
                    Text.of(
                            "No hub gives a DeepSeek distill that suits this machine, so the small starter model %s is used.",
                            "模型仓库中没有可获取且适合本机的 DeepSeek 蒸馏模型，因此使用小型入门模型 %s。", starter.shortName()),
                    rejected);
        }
        return starter(
                host,
                Text.of(
                        "No DeepSeek distill suits this machine, so the small starter model %s is used.",
                        "没有适合本机的 DeepSeek 蒸馏模型，因此使用小型入门模型 %s。", starter.shortName()),
                rejected);
    }

    private ModelChoice starter(HostFacts host, Text reason, List<Text> rejected) {
        CatalogModel model = catalog.starter();
        String quantization = model.files().getFirst().quantization();
        Bytes weights = weights(model, quantization);
        return new ModelChoice(model, quantization, weights, false, speed(host, weights), reason, rejected);
    }

    private static ModelChoice choice(HostFacts host, CatalogModel model, Text reason, List<Text> rejected) {
        Bytes weights = weights(model, QUANTIZATION);
        return new ModelChoice(
                model,
                QUANTIZATION,
                weights,
                model.fileBytes(QUANTIZATION) == null,
                fitsGpu(host, model) ? null : speed(host, weights),
                reason,
                rejected);
    }

    /** Why the model does not fit, or null if it does. */
    private static @Nullable Text misfit(HostFacts host, CatalogModel model) {
        if (fitsGpu(host, model)) {
            return null;
        }
        Bytes needed = needed(model);
        Bytes available = host.memoryAvailable();
        if (available == null) {
            return Text.of("%s: it is not known how much memory is free here.", "%s：无法得知本机可用内存。", model.shortName());
        }
        return needed.compareTo(available) <= 0
                ? null
                : Text.of(
                        "%s needs %s of memory, %s are free.",
                        "%s 需要 %s 内存，可用 %s。", model.shortName(), needed, available);
    }

    /** Why the model is too slow, or null if it is not or nothing is known. */
    private static @Nullable Text tooSlow(HostFacts host, CatalogModel model) {
        Double speed = speed(host, weights(model, QUANTIZATION));
        if (fitsGpu(host, model) || speed == null || speed >= LEAST_TOKENS_PER_SECOND) {
            return null;
        }
        return Text.of(
                "%s would give about %s tokens/s here (estimate), under %s.",
                "%s 在本机上约为 %s 词元/秒（估计值），低于 %s。", model.shortName(), oneDigit(speed), oneDigit(LEAST_TOKENS_PER_SECOND));
    }

    /** Why the model cannot be fetched, or null if it can. */
    private static @Nullable Text notToBeHad(Supply supply, CatalogModel model) {
        Text said = supply.notThere().get(model.id());
        if (said != null) {
            return new Text(model.shortName() + ": " + said.en(), model.shortName() + "：" + said.zh());
        }
        Bytes room = supply.diskRoom().get(model.id());
        Bytes file = weights(model, QUANTIZATION);
        return room == null || file.compareTo(room) <= 0
                ? null
                : Text.of(
                        "%s takes %s on the disk, %s are free.", "%s 需要 %s 磁盘空间，可用 %s。", model.shortName(), file, room);
    }

    private static Text suits(HostFacts host, CatalogModel model) {
        String name = model.shortName();
        if (fitsGpu(host, model)) {
            return Text.of(
                    "%s is the most capable DeepSeek distill that fits the GPU (%s needed).",
                    "%s 是本机 GPU 能容纳的最强 DeepSeek 蒸馏模型（需要 %s）。", name, needed(model));
        }
        Double speed = speed(host, weights(model, QUANTIZATION));
        if (speed == null) {
            return Text.of(
                    "%s fits this machine (%s needed); the smallest was taken because its speed cannot be estimated.",
                    "本机可运行 %s（需要 %s）；由于无法估计速度，选择了最小的型号。", name, needed(model));
        }
        return Text.of(
                "%s is the most capable DeepSeek distill that fits this machine (%s needed) and should give about %s"
                        + " tokens/s (estimate).",
                "%s 是本机能运行的最强 DeepSeek 蒸馏模型（需要 %s），预计约 %s 词元/秒（估计值）。", name, needed(model), oneDigit(speed));
    }

    private static boolean fitsGpu(HostFacts host, CatalogModel model) {
        return host.gpus().stream().anyMatch(gpu -> needed(model).compareTo(gpu.memoryFree()) <= 0);
    }

    /** Weights, KV cache and runtime with head room. */
    static Bytes needed(CatalogModel model) {
        Long kv = model.kvBytesPerToken();
        long sum = weights(model, QUANTIZATION).count() + (kv == null ? 0 : kv) * CONTEXT_TOKENS + RUNTIME.count();
        return new Bytes(Math.round(sum * HEAD_ROOM));
    }

    private static Bytes weights(CatalogModel model, String quantization) {
        Long known = model.fileBytes(quantization);
        return new Bytes(known != null ? known : Math.round(model.parameters() * BITS_PER_PARAMETER / 8));
    }

    private static @Nullable Double speed(HostFacts host, Bytes weights) {
        MemoryBandwidth bandwidth = host.bandwidth();
        return bandwidth == null ? null : (Double) (bandwidth.bytesPerSecond() * BANDWIDTH_SHARE / weights.count());
    }

    private static String oneDigit(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
