package dev.unbusy.ledger;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import org.jspecify.annotations.Nullable;

/** Something asked of the ledger that it cannot do: a wrong key or limit, a directory in use, a disk that is full. */
public final class LedgerException extends UserError {
    private static final long serialVersionUID = 1L;

    LedgerException(String code, Text text, Text remedy) {
        this(code, text, remedy, null);
    }

    LedgerException(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
    }

    static LedgerException unknownKey(String id) {
        return new LedgerException(
                "key-unknown",
                Text.of("There is no key %s.", "没有 ID 为 %s 的密钥。", id),
                Text.of("unbusy keys list shows all keys.", "可用 unbusy keys list 查看所有密钥。"));
    }

    static LedgerException revoked(String id) {
        return new LedgerException(
                "key-revoked",
                Text.of("The key %s has been revoked.", "密钥 %s 已被吊销。", id),
                Text.of("Create a new one: unbusy keys create.", "请创建新的密钥：unbusy keys create。"));
    }

    /** @param range what is allowed */
    static LedgerException invalid(String field, Object value, Text range) {
        return new LedgerException(
                "ledger-value-invalid",
                Text.of("%s is %s.", "%s 的值是 %s。", field, value),
                Text.of("Allowed is: %s.", "允许的取值：%s。", range));
    }
}
