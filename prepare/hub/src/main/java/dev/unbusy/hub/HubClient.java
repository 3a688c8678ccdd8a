package dev.unbusy.hub;

import dev.unbusy.catalog.JsonObject;
import dev.unbusy.catalog.ModelCatalog;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Asks a hub what a repository holds, and says in words what its refusals mean. */
final class HubClient {
    private static final int MOST_BYTES = 32 << 20;

    private final HubConfig config;
    private final Endpoints endpoints;
    private final HubTokens tokens;
    private final Supplier<HubHttp> http;
    private final Pause pause;
    private final ModelCatalog catalog;

    HubClient(
            HubConfig config,
            Endpoints endpoints,
            HubTokens tokens,
            Supplier<HubHttp> http,
            Pause pause,
            ModelCatalog catalog) {
        this.config = config;
        this.endpoints = endpoints;
        this.tokens = tokens;
        this.http = http;
        this.pause = pause;
        this.catalog = catalog;
    }

    HubProtocol protocol(ModelReference.Hub hub) {
        return HubProtocol.of(hub, endpoints);
    }

    /**
     * @throws HubException {@code model-not-found}, {@code gated-model-auth}, {@code hub-busy}, {@code hub-error},
     *     {@code hub-unreachable}
     */
    RepositoryListing list(ModelReference.Hub hub, String id, @Nullable String revision, Progress progress)
            throws InterruptedException {
        HubProtocol protocol = protocol(hub);
        String wanted = revision == null ? protocol.standardRevision() : revision;
        URI uri = protocol.listing(id, wanted);
        Transfers transfers = new Transfers(config, pause, RandomGenerator.getDefault());
        while (true) {
            try (HubHttp.Reply reply = http.get().get(uri, Map.of("Accept", "application/json"))) {
                transfers.answered();
                byte[] answer = reply.body().readAll(MOST_BYTES);
                if (reply.status() == 429 || reply.status() >= 500) {
                    transfers.refused(uri, reply.status(), reply.header("Retry-After"), progress);
                    continue;
                }
                // ModelScope refuses inside a 200 or beside a fitting status.
                int status = reply.status() == 200 ? refusalInside(answer) : reply.status();
                if (status != 200) {
                    if (reply.hubHeader("X-Error-Code") == null && !isJson(answer)) {
                        // A proxy, a captive portal or another server: what it says about the model means nothing.
                        throw unlike(protocol, Text.of("status %d without JSON", "状态 %d，且不是 JSON", status), null);
                    }
                    throw refusal(protocol, id, wanted, null, status, reply, List.of());
                }
                return parse(protocol, id, wanted, answer);
            } catch (IOException e) {
                transfers.broken(uri, e, progress);
            }
        }
    }

    private static RepositoryListing parse(HubProtocol protocol, String id, String revision, byte[] answer) {
        try {
            return protocol.parse(id, revision, answer);
        } catch (IOException e) {
            String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw unlike(protocol, Text.same(what), e);
        }
    }

    private static HubException unlike(HubProtocol protocol, Text what, @Nullable IOException cause) {
        return new HubException(
                "hub-error",
                Text.of(
                        "%s does not answer like %s: %s",
                        "%s 的应答不符合 %s 的格式：%s", HubHttp.shown(protocol.endpoint()), protocol.title(), what),
                Text.of(
                        "Check HF_ENDPOINT or MODELSCOPE_ENDPOINT and whether a proxy or a login page stands in between.",
                        "请检查 HF_ENDPOINT 或 MODELSCOPE_ENDPOINT，以及中间是否有代理或登录页面。"),
                cause);
    }

    private static boolean isJson(byte[] answer) {
        try {
            JsonObject.parse(answer);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int refusalInside(byte[] answer) {
        try {
            JsonObject json = JsonObject.parse(answer);
            Long code = json.whole("Code");
            return code == null || code == 200 ? 200 : (int) Math.clamp(code, 400L, 599L);
        } catch (IOException e) {
            // No JSON: parse() says so.
            return 200;
        }
    }

    /**
     * What a 4xx means.
     *
     * @param file the file asked for, or null for the repository
     * @param others names of files that the repository does hold
     */
    HubException refusal(
            HubProtocol protocol,
            String id,
            String revision,
            @Nullable String file,
            int status,
            HubHttp.Reply reply,
            List<String> others) {
        String code = String.valueOf(reply.hubHeader("X-Error-Code"));
        boolean gated = code.equals("GatedRepo") || status == 403 || (status == 401 && !code.equals("RepoNotFound"));
        if (gated) {
            return gated(protocol, id, status);
        }
        if (status != 401 && status != 404) {
            return new HubException(
                    "hub-error",
                    Text.of("%s answered %d for %s.", "%s 对 %3$s 返回 %2$d。", protocol.title(), status, id),
                    Text.of("Check the name; try again later.", "请检查名称，或稍后重试。"));
        }
        if (code.equals("RevisionNotFound")) {
            return notFound(
                    protocol,
                    Text.of("the revision %s of %s", "%2$s 的版本 %1$s", revision, id),
                    Text.of(
                            "Leave the revision out, or name a branch, tag or commit of that repository.",
                            "请去掉版本，或填写该仓库的分支、标签或提交。"));
        }
        if (file != null) {
            return notFound(
                    protocol,
                    Text.of("the file %s in %s", "%2$s 中的文件 %1$s", file, id),
                    others.isEmpty()
                            ? Text.of("Check the file's name.", "请检查文件名。")
                            : Text.of("That repository holds: %s", "该仓库中有：%s", String.join(", ", others)));
        }
        String near = String.join(", ", catalog.nearest(id, 3));
        return notFound(
                protocol,
                Text.of("the repository %s", "仓库 %s", id),
                tokens.has(protocol.hub())
                        ? Text.of("Check the name. Known models with a similar one: %s", "请检查名称。名称相近的已知模型：%s", near)
                        : Text.of(
                                "Check the name. Known models with a similar one: %s. If the repository is private, set %s.",
                                "请检查名称。名称相近的已知模型：%s。如果是私有仓库，请设置 %s。", near, tokenVariable(protocol.hub())));
    }

    private static HubException notFound(HubProtocol protocol, Text what, Text remedy) {
        return new HubException(
                "model-not-found",
                new Text(
                        "%s does not have %s.".formatted(protocol.title(), what.en()),
                        "%s 上没有%s。".formatted(protocol.title(), what.zh())),
                remedy);
    }

    private HubException gated(HubProtocol protocol, String id, int status) {
        String variable = tokenVariable(protocol.hub());
        return new HubException(
                "gated-model-auth",
                tokens.has(protocol.hub())
                        ? Text.of(
                                "%s refuses %s with the token in use (status %d).",
                                "%s 拒绝用当前令牌访问 %s（状态 %d）。", protocol.title(), id, status)
                        : Text.of(
                                "%s gives %s only to users who have accepted its licence (status %d).",
                                "%s 上的 %s 需要先接受许可协议才能下载（状态 %d）。", protocol.title(), id, status),
                Text.of(
                        "Accept the licence on %s/%s, create a token that may read it, and set %s; or take another repository.",
                        "请在 %s/%s 页面接受许可协议，创建具有读取权限的令牌并设置 %s；或改用其他仓库。", protocol.endpoint(), id, variable));
    }

    private static String tokenVariable(ModelReference.Hub hub) {
        return hub == ModelReference.Hub.HUGGING_FACE ? "HF_TOKEN" : "MODELSCOPE_API_TOKEN";
    }
}
