package dev.unbusy.hub;

import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides after a failed attempt whether there is another, and waits before it. One object per transfer; attempts that
 * brought something new start the count afresh.
 */
final class Transfers {
    private static final Logger LOG = LoggerFactory.getLogger(Transfers.class);

    private final int tries;
    private final Duration longestWait;
    private final Pause pause;
    private final RandomGenerator random;
    private int failures;

    Transfers(HubConfig config, Pause pause, RandomGenerator random) {
        this.tries = config.downloadTries();
        this.longestWait = Duration.ofSeconds(config.maxWaitSeconds());
        this.pause = pause;
        this.random = random;
    }

    void succeeded() {
        failures = 0;
    }

    /**
     * After a broken or silent connection.
     *
     * @throws HubException {@code hub-unreachable} after the last try
     */
    void broken(URI uri, IOException cause, Progress progress) throws InterruptedException {
        failures++;
        if (failures >= tries) {
            throw new HubException(
                    "hub-unreachable",
                    Text.of(
                            "%s could not be read after %d attempts: %s",
                            "尝试 %2$d 次后仍无法读取 %1$s：%3$s", HubHttp.shown(uri), failures, reason(cause)),
                    Text.of(
                            "Check the network and the proxy settings (https_proxy). What was fetched is kept: the same"
                                    + " command goes on where it stopped. A mirror can be set with HF_ENDPOINT.",
                            "请检查网络和代理设置（https_proxy）。已下载的部分会保留，重新运行同一命令即可续传。可用 HF_ENDPOINT 设置镜像。"),
                    cause);
        }
        Duration wait = Backoff.after(failures, random.nextDouble());
        LOG.info(
                "{}: {}; attempt {} of {} in {} ms",
                HubHttp.shown(uri),
                reason(cause),
                failures + 1,
                tries,
                wait.toMillis());
        await(Text.of("Connection lost (%s), trying again", "连接中断（%s），正在重试", reason(cause)), wait, progress);
    }

    /**
     * After 429 or 5xx.
     *
     * @throws HubException {@code hub-busy} or {@code hub-error} after the last try or when the wait asked for is too long
     */
    void refused(URI uri, int status, @Nullable String retryAfter, Progress progress) throws InterruptedException {
        failures++;
        Duration asked = Backoff.retryAfter(retryAfter, pause.now());
        String host = uri.getHost();
        if (failures >= tries || (asked != null && asked.compareTo(longestWait) > 0)) {
            String code = status == 429 ? "hub-busy" : "hub-error";
            throw new HubException(
                    code,
                    asked == null
                            ? Text.of(
                                    "%s answered %d at the last of %d attempts.",
                                    "%s 在第 %3$d 次尝试时仍返回 %2$d。", host, status, failures)
                            : Text.of(
                                    "%s answered %d and asks to wait %d s.",
                                    "%s 返回 %d，并要求等待 %d 秒。", host, status, asked.toSeconds()),
                    Text.of(
                            "Try again later: what was fetched is kept. An access token (HF_TOKEN) raises the limits of"
                                    + " Hugging Face.",
                            "请稍后重试，已下载的部分会保留。设置访问令牌（HF_TOKEN）可提高 Hugging Face 的限额。"));
        }
        Duration wait = asked != null ? asked : Backoff.after(failures, random.nextDouble());
        LOG.info(
                "{} answered {}; attempt {} of {} in {} ms",
                HubHttp.shown(uri),
                status,
                failures + 1,
                tries,
                wait.toMillis());
        await(
                Text.of("%s answered %d, waiting %.1f s", "%s 返回 %d，等待 %.1f 秒", host, status, wait.toMillis() / 1000.0),
                wait,
                progress);
    }

    private void await(Text what, Duration wait, Progress progress) throws InterruptedException {
        progress.report(what, 0, -1, Progress.Unit.ITEMS);
        pause.pause(wait);
        progress.report(what, 1, 1, Progress.Unit.ITEMS);
    }

    /** Exceptions of the client may quote whole addresses, whose query can hold a signature. */
    static String reason(@Nullable Throwable cause) {
        if (cause == null) {
            return "unknown";
        }
        String message = cause.getMessage() == null ? "" : cause.getMessage().replaceAll("\\?[^\\s\"']*", "");
        String name = cause.getClass().getSimpleName();
        return message.isBlank() || message.equals("null") ? name : name + ": " + message;
    }
}
