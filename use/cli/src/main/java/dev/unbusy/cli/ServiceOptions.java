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
        return client(io, address);
    }

    /** The key that was given, else that of the environment, else what this machine's services take. */
    ServiceClient client(Io io, ServiceAddress address) {
        String named = key == null ? io.environment().get("UNBUSY_KEY") : key;
        return new ServiceClient(
                address.url(), named == null || named.isEmpty() ? address.token() : named, address.certificate());
    }
}
