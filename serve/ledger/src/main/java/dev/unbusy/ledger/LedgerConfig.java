package dev.unbusy.ledger;

import dev.unbusy.config.Setting;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The ledger's settings. */
public record LedgerConfig(
        @Setting(
                value = "",
                en =
                        "Directory of keys, tenants, usage and audit log, on a local disk; one gateway has it at a time. Default:"
                                + " ledger/PORT in the state directory, so that each port has keys of its own; with port 0 one that is"
                                + " deleted at the end.",
                zh = "存放密钥、租户、用量与审计日志的目录，须位于本地磁盘，同一时间只能由一个网关使用。默认是状态目录下的 ledger/端口，"
                        + "因此每个端口有各自的密钥；端口为 0 时使用临时目录，结束时删除。")
        @Nullable
        Path directory,

        @Setting(
                value = "90",
                en = "Days for which the usage of single requests is kept; 0 is for ever. Sums by day are always kept.",
                zh = "单个请求的用量记录保留的天数；0 表示永久保留。按天的汇总始终保留。",
                min = 0,
                max = 36_500)
        int retentionDays) {}
