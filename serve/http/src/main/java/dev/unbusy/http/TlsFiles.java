package dev.unbusy.http;

import dev.unbusy.config.Setting;
import dev.unbusy.text.Text;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a server's certificate and key lie; both or neither. Without them it speaks plain HTTP. */
public record TlsFiles(
        @Setting(
                value = "",
                en =
                        "Certificate chain in PEM, the server's own certificate first. With tls.key it makes the gateway speak"
                                + " HTTPS only.",
                zh = "PEM 格式的证书链，服务器自身的证书在最前。与 tls.key 一起设置后，网关只使用 HTTPS。")
        @Nullable
        Path certificate,

        @Setting(
                value = "",
                en =
                        "Private key of the certificate: PEM, PKCS#8, not encrypted; only its owner should be able to read it.",
                zh = "证书的私钥：PEM、PKCS#8 格式、未加密；应只有属主可读。")
        @Nullable
        Path key,

        @Setting(
                value = "5",
                min = 1,
                max = 86_400,
                en =
                        "Seconds between two looks at the files. Changed ones count for new connections, without a restart.",
                zh = "检查证书文件是否更新的间隔秒数。更新后对新连接生效，无需重启。")
        int reloadSeconds) {

    /** Plain HTTP. */
    public static final TlsFiles NONE = new TlsFiles(null, null, 5);

    public TlsFiles {
        if ((certificate == null) != (key == null)) {
            throw new HttpException(
                    "tls-incomplete",
                    certificate == null
                            ? Text.of(
                                    "tls.key is set, but tls.certificate is not.", "已设置 tls.key，但未设置 tls.certificate。")
                            : Text.of(
                                    "tls.certificate is set, but tls.key is not.", "已设置 tls.certificate，但未设置 tls.key。"),
                    Text.of("Set both, or neither for plain HTTP.", "请同时设置两者；使用普通 HTTP 时两者都不设。"),
                    null);
        }
    }

    boolean isSet() {
        return certificate != null;
    }
}
