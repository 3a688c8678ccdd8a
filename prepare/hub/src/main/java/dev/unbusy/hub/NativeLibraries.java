package dev.unbusy.hub;

import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The native libraries of llama.cpp for this platform: fetched once with {@code npm pack}, pinned by version and
 * checksum, unpacked into {@code natives/} of the cache. When they are there, nothing is started and no network is used.
 */
public final class NativeLibraries {
    private static final Duration NPM_LIMIT = Duration.ofMinutes(30);
    /** By itself npm waits a minute and more before it says that there is no network, and then nothing of the cause. */
    static final List<String> NPM_PACK = List.of(
            "npm",
            "pack",
            "--loglevel=error",
            "--fetch-retries=2",
            "--fetch-retry-mintimeout=1000",
            "--fetch-retry-maxtimeout=4000");

    private static final Text CLEAR_CACHE = Text.of(
            "Clear npm's cache (npm cache clean --force) and try again; if it stays, the registry in use serves another file.",
            "请清除 npm 缓存（npm cache clean --force）后重试；如果仍然如此，说明所用的软件源提供了不同的文件。");

    private final CacheDirectory cache;
    private final Commands commands;
    private final NvidiaProbe nvidia;

    NativeLibraries(CacheDirectory cache, Commands commands, NvidiaProbe nvidia) {
        this.cache = cache;
        this.commands = commands;
        this.nvidia = nvidia;
    }

    /** The backend to use and why. */
    public record Choice(Backend backend, Text reason) {}

    /**
     * Decides what to compute on.
     *
     * @param wanted the backend asked for, or null for the best that this machine has: CUDA where an NVIDIA device, its
     *     driver and a CUDA runtime are there, else the processor. Vulkan is used only when asked for
     * @throws HubException {@code platform-unsupported} if there is no build for the platform, or none of that kind
     */
    public Choice choose(Platform platform, @Nullable Backend wanted) {
        List<NativePackage> builds = builds(platform);
        if (wanted != null) {
            NativePackage build = find(platform, wanted, cudaMajor(wanted));
            return new Choice(build.backend(), Text.of("The backend %s was asked for.", "已指定后端 %s。", wanted));
        }
        NvidiaProbe.Found found = nvidia.look();
        boolean cudaBuild = builds.stream().anyMatch(build -> build.backend() == Backend.CUDA);
        if (found.device() && cudaBuild && found.cudaMajor() != null) {
            return new Choice(
                    Backend.CUDA,
                    Text.of("An NVIDIA GPU with CUDA %d is there.", "检测到 NVIDIA GPU 与 CUDA %d。", found.cudaMajor()));
        }
        Backend plain = builds.getFirst().backend();
        if (found.device()) {
            return new Choice(
                    plain,
                    Text.of(
                            "An NVIDIA GPU is there but no CUDA 12 or 13 runtime (libcudart, libcublas), so the processor"
                                    + " computes.",
                            "检测到 NVIDIA GPU，但缺少 CUDA 12 或 13 运行库（libcudart、libcublas），因此使用 CPU 计算。"));
        }
        return new Choice(plain, Text.of("No NVIDIA GPU was found.", "未检测到 NVIDIA GPU。"));
    }

    /**
     * The folder with the libraries: fetched if it is not there, checked if it is, fetched again if it is damaged.
     *
     * @throws HubException {@code platform-unsupported}, {@code tool-missing}, {@code fetch-failed},
     *     {@code natives-damaged} (wrong checksum), {@code disk-full}
     */
    public NativeDirectory ensure(Platform platform, Backend backend, Progress progress) {
        NvidiaProbe.Found found = nvidia.look();
        Integer cudaMajor = backend == Backend.CUDA ? cudaMajor(backend) : null;
        NativePackage build = find(platform, backend, cudaMajor);
        List<Path> searchPath = backend == Backend.CUDA ? found.runtimeDirectories() : List.of();
        Path directory = cache.natives().resolve(build.folder());
        NativeDirectory present = present(build, directory, searchPath);
        if (present != null) {
            return present;
        }
        String damage = damage(directory);
        Text what = damage == null
                ? Text.of("Fetching llama.cpp %s (%s)", "正在获取 llama.cpp %s（%s）", NativePackage.RELEASE, build.name())
                : Text.of(
                        "Fetching llama.cpp %s (%s) again, since it is damaged (%s)",
                        "llama.cpp %s（%s）已损坏（%s），正在重新获取", NativePackage.RELEASE, build.name(), damage);
        try (CacheLock _ = cache.lock("natives-" + build.folder(), what, progress)) {
            // Another process may have fetched it while this one waited.
            present = present(build, directory, searchPath);
            return present != null ? present : install(build, directory, searchPath, what, progress);
        }
    }

    private static @Nullable NativeDirectory present(NativePackage build, Path directory, List<Path> searchPath) {
        FileManifest manifest = Files.isDirectory(directory) ? FileManifest.read(directory) : null;
        return manifest == null || manifest.damage() != null
                ? null
                : new NativeDirectory(
                        directory, build.backend(), build.spec(), NativePackage.RELEASE, manifest.sha256(), searchPath);
    }

    /** What is wrong with the folder, in English, or null if there is none or nothing is wrong with it. */
    private static @Nullable String damage(Path directory) {
        if (!Files.isDirectory(directory)) {
            return null;
        }
        FileManifest manifest = FileManifest.read(directory);
        return manifest == null ? directory + " has no list of its files" : manifest.damage();
    }

    private NativeDirectory install(
            NativePackage build, Path directory, List<Path> searchPath, Text what, Progress progress) {
        progress.report(what, 0, -1, Progress.Unit.ITEMS);
        try (TemporaryDirectory work = TemporaryDirectory.in(cache.natives())) {
            Path unpacked = Files.createDirectory(work.path().resolve("unpacked"));
            Set<String> names = new LinkedHashSet<>(LibraryArchive.unpack(archive(build, work.path()), unpacked));
            if (build.cudaMajor() != null && build.cudaMajor() == 12) {
                names.addAll(LibraryArchive.unpack(archive(NativePackage.CUDA_12_LIBRARY, work.path()), unpacked));
            }
            String release = LibraryArchive.release(unpacked);
            if (!release.equals(NativePackage.RELEASE)) {
                throw damaged(
                        build,
                        Text.of(
                                "it holds llama.cpp %s, not %s",
                                "其中的 llama.cpp 版本为 %s，而不是 %s", release, NativePackage.RELEASE),
                        CLEAR_CACHE);
            }
            FileManifest manifest = FileManifest.create(unpacked, List.copyOf(names));
            if (Files.exists(directory)) {
                AtomicFiles.move(directory, work.path().resolve("damaged"));
            }
            AtomicFiles.move(unpacked, directory);
            progress.report(what, 1, 1, Progress.Unit.ITEMS);
            return new NativeDirectory(
                    directory, build.backend(), build.spec(), release, manifest.sha256(), searchPath);
        } catch (IOException e) {
            if (DiskSpace.REAL.isFull(cache.natives(), e)) {
                DiskSpace.REAL.require(cache.natives(), 1L << 30);
            }
            throw new HubException(
                    "fetch-failed",
                    Text.of("The native libraries could not be unpacked: %s", "无法解包本地库：%s", FileFailure.of(e)),
                    Text.of("Check the disk of %s.", "请检查 %s 所在的磁盘。", cache.natives()),
                    e);
        }
    }

    /** The package's archive with the right checksum: one put there by hand, else fetched with npm. */
    private Path archive(NativePackage build, Path work) throws IOException {
        Path byHand = cache.downloads().resolve(build.archive());
        if (Files.isRegularFile(byHand)) {
            verify(build, byHand, Text.of("Delete %s or replace it by a whole copy.", "请删除 %s，或替换为完整的文件。", byHand));
            return byHand;
        }
        Commands.Result result;
        try {
            List<String> command = new ArrayList<>(NPM_PACK);
            command.add(build.spec());
            result = commands.run(command, work, NPM_LIMIT);
        } catch (IOException e) {
            throw new HubException(
                    "tool-missing",
                    Text.of(
                            "The package %s is fetched with npm, which could not be run (%s).",
                            "需要用 npm 获取 %s，但无法运行 npm（%s）。", build.spec(), String.valueOf(e.getMessage())),
                    Text.of(
                            "Install Node.js with npm (Debian, Ubuntu: apt install npm), or put the package's archive %s into"
                                    + " %s by hand.",
                            "请安装 Node.js 和 npm（Debian、Ubuntu：apt install npm），或手动将该软件包的归档 %s 放入 %s。",
                            build.archive(),
                            cache.downloads()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException(
                    "interrupted",
                    Text.of("Fetching %s was interrupted.", "获取 %s 时被中断。", build.spec()),
                    Text.of("Start again.", "请重新运行。"),
                    e);
        }
        Path archive = work.resolve(build.archive());
        if (result.exitCode() != 0 || !Files.isRegularFile(archive)) {
            throw new HubException(
                    "fetch-failed",
                    Text.of(
                            "npm could not fetch %s (exit code %d): %s",
                            "npm 无法获取 %s（退出码 %d）：%s", build.spec(), result.exitCode(), result.output()),
                    Text.of(
                            "Check the network and npm's settings (npm config get registry), or put the archive %s into %s"
                                    + " by hand.",
                            "请检查网络与 npm 设置（npm config get registry），或手动将归档 %s 放入 %s。",
                            build.archive(),
                            cache.downloads()));
        }
        verify(build, archive, CLEAR_CACHE);
        return archive;
    }

    private static void verify(NativePackage build, Path archive, Text remedy) throws IOException {
        MessageDigest digest = Digests.sha512();
        Digests.update(digest, archive, Files.size(archive), done -> {});
        String found = "sha512-" + Base64.getEncoder().encodeToString(digest.digest());
        if (!found.equals(build.integrity())) {
            throw damaged(
                    build, Text.of("%s has the checksum %s", "%s 的校验和为 %s", archive.getFileName(), found), remedy);
        }
    }

    private static HubException damaged(NativePackage build, Text how, Text remedy) {
        return new HubException(
                "natives-damaged",
                new Text(
                        "The package %s is not the one this version of Unbusy was tested with: %s."
                                .formatted(build.spec(), how.en()),
                        "软件包 %s 与此版本 Unbusy 测试时使用的不一致：%s。".formatted(build.spec(), how.zh())),
                remedy);
    }

    private @Nullable Integer cudaMajor(Backend backend) {
        if (backend != Backend.CUDA) {
            return null;
        }
        Integer found = nvidia.look().cudaMajor();
        return found == null ? (Integer) 13 : found;
    }

    private static List<NativePackage> builds(Platform platform) {
        List<NativePackage> builds = NativePackage.TABLE.stream()
                .filter(build -> build.platform().equals(platform.toString()))
                .toList();
        if (builds.isEmpty()) {
            throw unsupported(Text.of("There is no build of the native libraries for %s.", "没有适用于 %s 的本地库。", platform));
        }
        return builds;
    }

    private static NativePackage find(Platform platform, Backend backend, @Nullable Integer cudaMajor) {
        List<NativePackage> builds = builds(platform);
        for (NativePackage build : builds) {
            if (build.backend() == backend && java.util.Objects.equals(build.cudaMajor(), cudaMajor)) {
                if (build.integrity() == null) {
                    throw unsupported(Text.of(
                            "The checksum of %s is not known to this version of Unbusy, so it is not fetched.",
                            "此版本的 Unbusy 不知道 %s 的校验和，因此不会获取它。", build.spec()));
                }
                return build;
            }
        }
        Set<Backend> offered = new LinkedHashSet<>();
        builds.forEach(build -> offered.add(build.backend()));
        throw unsupported(Text.of(
                "There is no %s build for %s; there are %s.",
                "没有适用于 %2$s 的 %1$s 版本；可用的有 %3$s。", backend, platform, new ArrayList<>(offered)));
    }

    private static HubException unsupported(Text text) {
        return new HubException(
                "platform-unsupported",
                text,
                Text.of(
                        "Use Linux on x86-64 or arm64, or let the gateway serve another engine: unbusy gateway --backend URL",
                        "请使用 x86-64 或 arm64 的 Linux，或让网关转发到其他推理引擎：unbusy gateway --backend URL"));
    }
}
