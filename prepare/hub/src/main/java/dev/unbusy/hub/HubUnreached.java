package dev.unbusy.hub;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;

/** Nobody answered a request: not the hub, not the storage host that it named, not the proxy before them. */
final class HubUnreached extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Text where;
    private final transient Text why;

    /** @param uri what was asked for; of it only the host is shown */
    HubUnreached(URI uri, Proxy proxy, Text why, Throwable cause) {
        super(why.en(), cause);
        String host = uri.getScheme() + "://" + uri.getAuthority();
        this.where = proxy.address() instanceof InetSocketAddress address
                ? Text.of(
                        "%s through the proxy %s:%d", "%s（经代理 %s:%d）", host, address.getHostString(), address.getPort())
                : Text.same(host);
        this.why = why;
    }

    /** {@code https://huggingface.co cannot be reached: the connection is refused} */
    Text text() {
        return Text.of("%s cannot be reached: %s", "无法连接 %s：%s", where, why);
    }

    Text why() {
        return why;
    }

    static Text remedy() {
        return Text.of(
                "Check the network, the proxy (https_proxy) and, where they are set, HF_ENDPOINT and MODELSCOPE_ENDPOINT. Other"
                        + " ways to a model: a mirror (HF_ENDPOINT=https://…), the other hub (modelscope:ORG/NAME,"
                        + " hf:ORG/NAME), or a file that is here already (`unbusy up --model FILE`). What was fetched"
                        + " before is kept.",
                "请检查网络、代理（https_proxy），以及 HF_ENDPOINT 和 MODELSCOPE_ENDPOINT（如已设置）。其他途径：使用镜像"
                        + "（HF_ENDPOINT=https://…），换另一个仓库（modelscope:组织/名称 或 hf:组织/名称），或使用本机已有的文件"
                        + "（`unbusy up --model FILE`）。已下载的部分会保留。");
    }
}
