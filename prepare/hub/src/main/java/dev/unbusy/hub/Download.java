package dev.unbusy.hub;

import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches one file, continuing what an earlier run or a broken connection left. One object per file, used by one thread
 * that holds the cache's lock for it.
 *
 * <ol>
 *   <li>Take up {@code NAME.part} if its state belongs to the same content, and hash it; else start empty.
 *   <li>Ask for the rest ({@code Range}, {@code If-Range}) at the hub's own address, every time: signed storage
 *       addresses expire. If the hub's redirect names another content than the part's, start over.
 *   <li>206 continues; 200 means that the server has no ranges or the content changed: start over. 416 with a part of the
 *       right size means that only verifying is left.
 *   <li>Append and hash what comes. A broken or silent connection, 429 and 5xx lead to another attempt
 *       ({@link Transfers}).
 *   <li>Compare size and SHA-256; a mismatch discards the part. Rename it to its final name.
 * </ol>
 */
final class Download {
    private static final Logger LOG = LoggerFactory.getLogger(Download.class);
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");

    private final FileFetch fetch;
    private final HubHttp http;
    private final DiskSpace space;
    private final PartFile.Opener opener;
    private final Progress progress;
    private final Transfers transfers;

    private MessageDigest digest = Digests.sha256();
    private long offset;
    private @Nullable Long bytes;
    private @Nullable String sha256;
    private @Nullable String etag;

    Download(
            FileFetch fetch,
            HubHttp http,
            HubConfig config,
            Pause pause,
            DiskSpace space,
            PartFile.Opener opener,
            Progress progress) {
        this.fetch = fetch;
        this.http = http;
        this.space = space;
        this.opener = opener;
        this.progress = progress;
        this.transfers = new Transfers(config, pause, RandomGenerator.getDefault());
        this.bytes = fetch.bytes();
        this.sha256 = fetch.sha256();
    }

    /** Turns an answer that is no file into an exception. */
    @FunctionalInterface
    interface Refusal {
        HubException of(int status, HubHttp.Reply reply);
    }

    /**
     * @return SHA-256 of the file, now complete under its final name
     * @throws HubException {@code model-file-corrupt}, {@code disk-full}, {@code hub-unreachable}, {@code hub-busy},
     *     {@code hub-error}, or what the refusal gives
     */
    String run(Refusal refusal) throws InterruptedException, IOException {
        takeUp(); // 1
        requireSpace();
        while (bytes == null || offset != bytes) {
            long before = offset;
            try (HubHttp.Reply reply = http.get(fetch.uri(), rangeHeaders(), this::compareContent)) { // 2
                transfers.answered();
                if (reply.status() == 429 || reply.status() >= 500) {
                    transfers.refused(fetch.uri(), reply.status(), reply.header("Retry-After"), progress);
                    continue;
                }
                if (reply.status() == 416) {
                    if (offset == 0) {
                        throw new IOException("the server has no such range");
                    }
                    LOG.info("{}: the server has no bytes from {} on, starting over", shown(), offset);
                    startOver();
                    continue;
                }
                if (reply.status() != 200 && reply.status() != 206) {
                    throw refusal.of(reply.status(), reply);
                }
                begin(reply); // 3
                receive(reply.body()); // 4
                if (bytes == null) {
                    break;
                }
                if (offset < bytes) {
                    throw new IOException("the connection ended after " + offset + " of " + bytes + " bytes");
                }
            } catch (IOException e) {
                if (offset > before) {
                    transfers.succeeded();
                }
                transfers.broken(fetch.uri(), e, progress);
            }
        }
        return finish(); // 5
    }

    private void takeUp() throws IOException {
        Path part = fetch.part();
        PartState state = PartState.read(fetch.state());
        if (state == null || !state.continues(shown(), bytes, sha256) || !Files.isRegularFile(part)) {
            startOver();
            return;
        }
        offset = Files.size(part);
        etag = state.etag();
        bytes = bytes == null ? state.bytes() : bytes;
        sha256 = sha256 == null ? state.sha256() : sha256;
        if (bytes != null && offset > bytes) {
            startOver();
            return;
        }
        if (offset > 0) {
            Text task = Text.of(
                    "Checking the part fetched before of %s",
                    "正在校验 %s 已下载的部分", fetch.target().getFileName());
            long total = offset;
            Digests.update(digest, part, total, done -> progress.report(task, done, total, Progress.Unit.BYTES));
            LOG.info("{}: continuing at byte {}", shown(), offset);
        }
    }

    private void startOver() throws IOException {
        Files.deleteIfExists(fetch.state());
        Files.deleteIfExists(fetch.part());
        digest = Digests.sha256();
        offset = 0;
        etag = null;
    }

    private Map<String, String> rangeHeaders() {
        Map<String, String> headers = new LinkedHashMap<>();
        if (offset > 0) {
            headers.put("Range", "bytes=" + offset + "-");
            if (etag != null) {
                headers.put("If-Range", etag);
            }
        }
        return headers;
    }

    /** On the hub's redirect: it names the content, before the storage host is asked for the rest of another one. */
    private Map<String, String> compareContent(HttpHeaders redirect, Map<String, String> headers) {
        String linked = Digests.asSha256(redirect.firstValue("X-Linked-ETag").orElse(null));
        if (linked == null || sha256 == null || linked.equals(sha256)) {
            return headers;
        }
        LOG.info("{}: the hub has other content now, starting over", shown());
        try {
            startOver();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        // The listing's checksum is older than this redirect; so is its size.
        sha256 = linked;
        bytes = whole(redirect.firstValue("X-Linked-Size").orElse(null));
        return Map.of();
    }

    private void begin(HubHttp.Reply reply) throws IOException {
        Long total;
        String newEtag = strong(reply.header("ETag"));
        if (reply.status() == 206) {
            Matcher range = CONTENT_RANGE.matcher(String.valueOf(reply.header("Content-Range")));
            boolean fits = range.matches() && Long.parseLong(range.group(1)) == offset;
            total = fits && !range.group(3).equals("*") ? (Long) Long.parseLong(range.group(3)) : null;
            boolean changed = etag != null && newEtag != null && !etag.equals(newEtag);
            if (!fits || changed || (total != null && bytes != null && !total.equals(bytes))) {
                startOver();
                throw new IOException("the server answered with another part than the one asked for");
            }
        } else {
            if (offset > 0) {
                LOG.info("{}: the server sends the file from its start, starting over", shown());
                startOver();
            }
            total = whole(reply.header("Content-Length"));
        }
        if (bytes == null) {
            Long linked = whole(reply.hubHeader("X-Linked-Size"));
            bytes = linked != null ? linked : total;
        }
        if (total != null && bytes != null && !total.equals(bytes)) {
            throw new HubException(
                    "model-file-corrupt",
                    Text.of(
                            "%s offers %d bytes of %s, the hub lists %d.",
                            "%s 提供的 %3$s 有 %2$d 字节，而仓库列出的是 %4$d 字节。",
                            reply.uri().getHost(),
                            total,
                            fetch.target().getFileName(),
                            bytes),
                    Text.of("Try again later, or take another repository.", "请稍后重试，或改用其他仓库。"));
        }
        if (sha256 == null) {
            sha256 = Digests.asSha256(reply.hubHeader("X-Linked-ETag"));
        }
        etag = newEtag;
        requireSpace();
        new PartState(shown(), etag, bytes, sha256).write(fetch.state());
    }

    private void receive(StallableBody body) throws IOException, InterruptedException {
        try (PartFile part = opener.open(fetch.part(), offset)) {
            for (List<ByteBuffer> chunk = body.next(); chunk != null; chunk = body.next()) {
                for (ByteBuffer buffer : chunk) {
                    if (bytes != null && offset + buffer.remaining() > bytes) {
                        startOver();
                        throw new IOException("the server sent more bytes than it announced");
                    }
                    append(part, buffer);
                }
                progress.report(fetch.task(), offset, bytes == null ? -1 : bytes, Progress.Unit.BYTES);
            }
        }
    }

    private void append(PartFile part, ByteBuffer buffer) throws IOException {
        ByteBuffer hashed = buffer.duplicate();
        int length = buffer.remaining();
        try {
            part.write(buffer);
        } catch (IOException e) {
            throw space.isFull(parent(), e) ? diskFull(e) : unwritable(e);
        }
        digest.update(hashed);
        offset += length;
    }

    private String finish() throws IOException {
        String found = Digests.hex(digest);
        if (sha256 != null && !sha256.equals(found)) {
            startOver();
            throw new HubException(
                    "model-file-corrupt",
                    Text.of(
                            "%s arrived with the SHA-256 %s instead of %s and was discarded.",
                            "%s 的 SHA-256 为 %s，应为 %s，已丢弃。", fetch.target().getFileName(), found, sha256),
                    Text.of(
                            "Pull again. If it happens twice, a proxy or mirror in between changes the file.",
                            "请重新下载。如果再次出现，说明中间的代理或镜像修改了文件。"));
        }
        try (PartFile part = opener.open(fetch.part(), offset)) {
            // On the disk before it gets its final name: after a power cut the name must not stand for nothing.
            part.force();
        }
        AtomicFiles.move(fetch.part(), fetch.target());
        Files.deleteIfExists(fetch.state());
        progress.report(fetch.task(), offset, offset, Progress.Unit.BYTES);
        return found;
    }

    private void requireSpace() {
        if (bytes != null) {
            space.require(parent(), bytes - offset);
        }
    }

    private HubException diskFull(IOException cause) {
        Bytes missing = new Bytes(bytes == null ? 0 : bytes - offset);
        return new HubException(
                "disk-full",
                bytes == null
                        ? Text.of("The disk of %s is full.", "%s 所在磁盘已满。", parent())
                        : Text.of(
                                "The disk of %s is full: %d of %d bytes of %s are there, %d (%s) are missing.",
                                "%s 所在磁盘已满：%4$s 共 %3$d 字节，已写入 %2$d 字节，还缺 %5$d 字节（%6$s）。",
                                parent(),
                                offset,
                                bytes,
                                fetch.target().getFileName(),
                                missing.count(),
                                missing),
                Text.of(
                        "Free at least %s there and run the same command again: it goes on where it stopped.",
                        "请在该处至少释放 %s 空间后重新运行同一命令，将从中断处继续。", new Bytes(missing.count() + DiskSpace.MARGIN_BYTES)),
                cause);
    }

    private HubException unwritable(IOException cause) {
        return new HubException(
                "cache-unusable",
                Text.of("%s could not be written: %s", "无法写入 %s：%s", fetch.part(), FileFailure.of(cause)),
                Text.of("Check the disk and the owner of %s.", "请检查 %s 所在磁盘及其所有者。", parent()),
                cause);
    }

    private Path parent() {
        return java.util.Objects.requireNonNull(fetch.part().toAbsolutePath().getParent());
    }

    private String shown() {
        return HubHttp.shown(fetch.uri()) + queryThatNames(fetch.uri());
    }

    /** ModelScope names the file in the query; that part belongs to the identity and holds no secret. */
    private static String queryThatNames(URI uri) {
        String query = uri.getQuery();
        return query != null && query.startsWith("Revision=") ? "?" + query : "";
    }

    /** Weak ETags ({@code W/}) do not promise equal bytes and must not be used for ranges. */
    private static @Nullable String strong(@Nullable String header) {
        return header == null || header.startsWith("W/") || header.isBlank() ? null : header;
    }

    private static @Nullable Long whole(@Nullable String header) {
        return header != null && header.matches("\\d{1,18}") ? (Long) Long.parseLong(header) : null;
    }
}
