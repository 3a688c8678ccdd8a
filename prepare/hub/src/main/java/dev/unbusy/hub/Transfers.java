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

    /** A second attempt is for a packet lost; more would only keep the reader waiting for a door that is not there. */
    private static final int TRIES_WITHOUT_ANSWER = 2;

    private final int tries;
    private final Duration longestWait;
    private final Pause pause;
    private final RandomGenerator random;
    private int failures;
    private boolean answered;

    Transfers(HubConfig config, Pause pause, RandomGenerator random) {
        this.tries = config.downloadTries();
        this.longestWait = Duration.ofSeconds(config.maxWaitSeconds());
        this.pause = pause;
        this.random = random;
    }

    /** Somebody answers under this address: what fails from now on is worth all attempts. */
    void answered() {
        answered = true;
    }

    void succeeded() {
        failures = 0;
    }

    /**
     * After a broken or silent connection, or none at all.
     *
     * @throws HubException {@code hub-unreachable} after the last try; where nobody ever answered, the second is the last
     */
    void broken(URI uri, IOException cause, Progress progress) throws InterruptedException {
        failures++;
        boolean nobody = cause instanceof HubUnreached && !answered;
        if (failures >= (nobody ? Math.min(tries, TRIES_WITHOUT_ANSWER) : tries)) {
            throw given(uri, cause);
        }
        Duration wait = Backoff.after(failures, random.nextDouble());
        LOG.info(
                "{}: {}; attempt {} of {} in {} ms",
                HubHttp.shown(uri),
                reason(cause),
                failures + 1,
                tries,
                wait.toMillis());
        await(Text.of("%s; trying again", "%s，正在重试", said(cause)), wait, progress);
    }

    private static Text said(IOException cause) {
        return cause instanceof HubUnreached unreached
                ? unreached.text()
                : Text.of("Connection lost (%s)", "连接中断（%s）", reason(cause));
    }

    private HubException given(URI uri, IOException cause) {
        Text text = cause instanceof HubUnreached unreached
                ? Text.of("%s.", "%s。", unreached.text())
                : Text.of(
                        "%s could not be read; attempts: %d; at last: %s",
                        "无法读取 %s；已尝试 %d 次，最后一次：%s", HubHttp.shown(uri), failures, reason(cause));
        return new HubException("hub-unreachable", text, HubUnreached.remedy(), cause);
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
                            ? Text.of("%s answered %d; attempts: %d.", "%s 返回 %d，已尝试 %d 次。", host, status, failures)
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
        if (message.isBlank() || message.equals("null")) {
            return name;
        }
        // The plainest of them says nothing by its name.
        return cause.getClass() == IOException.class ? message : name + ": " + message;
    }
}
