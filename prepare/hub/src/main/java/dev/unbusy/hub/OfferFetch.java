package dev.unbusy.hub;

import dev.unbusy.gguf.GgufException;
import dev.unbusy.gguf.GgufFile;
import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Fetches the files of one model into the store, checks them as a model, and registers it. */
final class OfferFetch {
    private static final Pattern FIRST_PART = Pattern.compile("(.*)-00001-of-(\\d{5})\\.gguf");
    private static final int MOST_PARTS = 1000;

    private final CacheDirectory cache;
    private final ModelStore store;
    private final Supplier<HubHttp> http;
    private final HubConfig config;
    private final Pause pause;
    private final DiskSpace space;
    private final PartFile.Opener opener;

    OfferFetch(
            CacheDirectory cache,
            ModelStore store,
            Supplier<HubHttp> http,
            HubConfig config,
            Pause pause,
            DiskSpace space,
            PartFile.Opener opener) {
        this.cache = cache;
        this.store = store;
        this.http = http;
        this.config = config;
        this.pause = pause;
        this.space = space;
        this.opener = opener;
    }

    Pulled fromHub(
            HubClient client,
            RepositoryListing listing,
            String id,
            OfferChooser.Chosen chosen,
            boolean again,
            Progress progress)
            throws InterruptedException {
        GgufOffer offer = chosen.offer();
        HubProtocol protocol = client.protocol(listing.hub());
        Path folder = store.folder(listing.id());
        List<FileFetch> files = new ArrayList<>();
        for (RepositoryListing.RemoteFile file : offer.files()) {
            files.add(new FileFetch(
                    protocol.file(listing.id(), listing.revision(), file.path()),
                    folder.resolve(CacheDirectory.safe(file.name())),
                    file.bytes(),
                    file.sha256(),
                    task(file.name(), files.size(), offer.files().size())));
        }
        List<String> names = listing.files().stream()
                .map(RepositoryListing.RemoteFile::path)
                .filter(path -> path.endsWith(".gguf"))
                .toList();
        String hub = listing.hub() == ModelReference.Hub.HUGGING_FACE ? "huggingface" : "modelscope";
        return fetch(
                new Job(id, files, offer.quantization(), hub + ":" + listing.id(), listing.revision(), again),
                chosen.reason(),
                (status, reply) ->
                        client.refusal(protocol, listing.id(), listing.revision(), offer.label(), status, reply, names),
                progress);
    }

    Pulled fromAddress(URI uri, Progress progress) throws InterruptedException {
        String path = uri.getPath();
        String name = path.substring(path.lastIndexOf('/') + 1);
        Path folder = store.folder(uri.getHost());
        List<FileFetch> files = new ArrayList<>();
        Matcher split = FIRST_PART.matcher(name);
        int parts = split.matches() ? Integer.parseInt(split.group(2)) : 1;
        if (parts > MOST_PARTS) {
            throw new HubException(
                    "model-reference-invalid",
                    Text.of("%s claims to have %d parts.", "%s 声称有 %d 个分片。", name, parts),
                    Text.of("Check the address.", "请检查地址。"));
        }
        for (int part = 1; part <= parts; part++) {
            String partName = split.matches()
                    ? String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", split.group(1), part, parts)
                    : name;
            files.add(new FileFetch(
                    sibling(uri, partName),
                    folder.resolve(CacheDirectory.safe(partName)),
                    null,
                    null,
                    task(partName, part - 1, parts)));
        }
        String id = name.substring(0, name.length() - ".gguf".length());
        return fetch(
                new Job(id, files, GgufOffer.quantization(name), source(uri), null, false),
                Text.of("%s was asked for.", "已指定 %s。", name),
                (status, reply) -> new HubException(
                        status == 401 || status == 403 ? "gated-model-auth" : "model-not-found",
                        Text.of("%s answered %d.", "%s 返回 %d。", HubHttp.shown(uri), status),
                        Text.of(
                                "Check the address. An access token (HF_TOKEN) is sent to the hub's own host only.",
                                "请检查地址。访问令牌（HF_TOKEN）只会发送给仓库自己的主机。")),
                progress);
    }

    /** Where a model from an address says it came from. */
    static String source(URI uri) {
        return "url:" + HubHttp.shown(uri);
    }

    private static URI sibling(URI uri, String name) {
        String text = uri.toString();
        String path = uri.getRawPath();
        int start = text.indexOf(path) + path.lastIndexOf('/') + 1;
        int end = text.indexOf(path) + path.length();
        String last = path.substring(path.lastIndexOf('/') + 1);
        // The names differ in digits only, so no escaping is needed that the original did not have.
        String renamed = last.replaceFirst("-00001-of-", name.replaceAll(".*(-\\d{5}-of-)\\d{5}\\.gguf$", "$1"));
        return URI.create(
                text.substring(0, start) + (FIRST_PART.matcher(last).matches() ? renamed : last) + text.substring(end));
    }

    private record Job(
            String id,
            List<FileFetch> files,
            @Nullable String quantization,
            String source,
            @Nullable String revision,
            boolean again) {}

    private Pulled fetch(Job job, Text choice, Download.Refusal refusal, Progress progress)
            throws InterruptedException {
        Path first = job.files().getFirst().target();
        Path folder = java.util.Objects.requireNonNull(first.getParent());
        Text what = Text.of("Fetching %s", "正在获取 %s", first.getFileName());
        try (CacheLock _ = cache.lock("model-" + folder.getFileName(), what, progress)) {
            Optional<InstalledModel> present = job.again()
                    ? Optional.empty()
                    : store.list().models().stream()
                            .filter(model ->
                                    model.file().equals(first) && model.source().equals(job.source()))
                            .findFirst();
            if (present.isPresent()) {
                return new Pulled(present.get(), false, choice);
            }
            Files.createDirectories(folder);
            requireSpace(job, folder);
            List<Path> parts = new ArrayList<>();
            String sha256 = null;
            for (FileFetch file : job.files()) {
                String found = complete(file, progress);
                if (found == null) {
                    found = new Download(file, http.get(), config, pause, space, opener, progress).run(refusal);
                }
                sha256 = sha256 == null ? found : sha256;
                parts.add(file.target());
            }
            return new Pulled(register(job, parts, sha256), true, choice);
        } catch (IOException e) {
            if (space.isFull(cache.models(), e)) {
                space.require(cache.models(), DiskSpace.MARGIN_BYTES);
            }
            throw new HubException(
                    "cache-unusable",
                    Text.of("%s could not be written: %s", "无法写入 %s：%s", folder, FileFailure.of(e)),
                    Text.of("Check the disk and the owner of %s.", "请检查 %s 所在磁盘及其所有者。", folder),
                    e);
        }
    }

    private void requireSpace(Job job, Path folder) throws IOException {
        long missing = 0;
        for (FileFetch file : job.files()) {
            Long bytes = file.bytes();
            if (bytes != null) {
                Path there = Files.exists(file.target()) ? file.target() : file.part();
                missing += Math.max(0, bytes - (Files.exists(there) ? Files.size(there) : 0));
            }
        }
        space.require(folder, missing);
    }

    /** The checksum of a file that is complete already (a run was killed between parts), or null. */
    private static @Nullable String complete(FileFetch file, Progress progress) throws IOException {
        Long bytes = file.bytes();
        String wanted = file.sha256();
        if (bytes == null
                || wanted == null
                || !Files.isRegularFile(file.target())
                || Files.size(file.target()) != bytes) {
            return null;
        }
        Text task = Text.of("Checking %s", "正在校验 %s", file.target().getFileName());
        var digest = Digests.sha256();
        Digests.update(digest, file.target(), bytes, done -> progress.report(task, done, bytes, Progress.Unit.BYTES));
        String found = Digests.hex(digest);
        return found.equals(wanted) ? found : null;
    }

    private InstalledModel register(Job job, List<Path> parts, @Nullable String sha256) throws IOException {
        GgufFile header;
        try {
            header = GgufFile.read(parts.getFirst());
        } catch (GgufException e) {
            // The bytes are what the hub has, and no model: keeping them would only fill the disk.
            for (Path part : parts) {
                Files.deleteIfExists(part);
            }
            throw e;
        }
        return store.register(new InstalledModel(
                job.id(),
                parts.getFirst(),
                parts,
                header.fileBytes(),
                job.quantization() == null ? header.quantization() : job.quantization(),
                header.architecture(),
                job.source(),
                sha256,
                job.revision(),
                pause.now()));
    }

    private static Text task(String name, int index, int of) {
        return of == 1
                ? Text.of("Downloading %s", "正在下载 %s", name)
                : Text.of("Downloading %s (%d of %d)", "正在下载 %s（第 %d 个，共 %d 个）", name, index + 1, of);
    }
}
