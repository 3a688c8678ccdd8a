package dev.unbusy.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that acts on a running service: which one, and with what key. */
final class ServiceOptions {
    @Option(names = "--url", paramLabel = "URL", descriptionKey = "service.url")
    @Nullable
    String url;

    @Option(names = "--key", paramLabel = "KEY", descriptionKey = "service.key")
    @Nullable
    String key;

    /**
     * The service that was named, else the one that runs on this machine.
     *
     * @throws CliException where there is none, or the options cannot be used
     */
    ServiceClient connect(Io io) {
        ServiceAddress address = ServiceAddress.find(io, url);
        return new ServiceClient(address.url(), key, address.certificate());
    }
}
