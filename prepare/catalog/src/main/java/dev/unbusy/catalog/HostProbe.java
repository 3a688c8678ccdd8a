package dev.unbusy.catalog;

import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Reads the facts of the machine this program runs on. */
public final class HostProbe {
    private static final long NVIDIA_SMI_SECONDS = 5;

    private HostProbe() {}

    /** Memory and processors: a few milliseconds on Linux. Bandwidth and GPUs stay unknown. */
    public static HostFacts read() {
        int cpus = Runtime.getRuntime().availableProcessors();
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
        return linux ? new LinuxHost(Path.of("/")).read(cpus) : OtherHost.read(cpus);
    }

    /** Adds what takes longer to find: measured memory bandwidth (about 0.2 s) and NVIDIA devices. */
    public static HostFacts readAll() {
        HostFacts facts = read().with(gpus());
        MemoryBandwidth measured = MemoryBandwidth.measure(Math.min(64, facts.computeThreads()));
        return measured == null ? facts : facts.with(measured);
    }

    /** The devices that nvidia-smi lists; none where there is no driver. */
    static List<HostFacts.Gpu> gpus() {
        if (!Files.exists(Path.of("/dev/nvidiactl"))) {
            return List.of();
        }
        Process process = null;
        try {
            process = new ProcessBuilder(
                            "nvidia-smi", "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(NVIDIA_SMI_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                return List.of();
            }
            return parse(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    /** Lines such as {@code NVIDIA H100 80GB HBM3, 81559, 81000}; sizes in MiB. A line of another form is left out. */
    static List<HostFacts.Gpu> parse(String output) {
        List<HostFacts.Gpu> gpus = new ArrayList<>();
        for (String line : output.lines().toList()) {
            String[] fields = line.split("\\s*,\\s*");
            if (fields.length == 3
                    && fields[1].matches("\\d{1,9}")
                    && fields[2].strip().matches("\\d{1,9}")) {
                gpus.add(new HostFacts.Gpu(
                        fields[0].strip(),
                        Bytes.mebi(Long.parseLong(fields[1])),
                        Bytes.mebi(Long.parseLong(fields[2].strip()))));
            }
        }
        return gpus;
    }
}
