package dev.unbusy.gateway;

import dev.unbusy.config.Config;
import dev.unbusy.http.HttpLimits;
import dev.unbusy.http.TlsFiles;

/** All settings of one gateway: its sections of the configuration file. */
public record GatewayOptions(GatewayConfig config, HttpLimits limits, TlsFiles tls) {

    /** The sections of a configuration that has them all. */
    public static GatewayOptions of(Config config) {
        return new GatewayOptions(
                config.section(GatewayConfig.class), config.section(HttpLimits.class), config.section(TlsFiles.class));
    }
}
