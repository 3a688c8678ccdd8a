package dev.unbusy.hub;

import dev.unbusy.catalog.CatalogModel;
import dev.unbusy.catalog.HostFacts;
import dev.unbusy.catalog.ModelCatalog;
import dev.unbusy.catalog.ModelChoice;
import dev.unbusy.catalog.ModelChooser;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gets the model that {@code up} is to serve: finds it in the store, or chooses and fetches it. Uses no network when a
 * fitting model is installed.
 */
public final class ModelProvider {
    /** With these the chosen model cannot be had from outside right now; the starter model may still be. */
    private static final Set<String> FALL_BACK =
            Set.of("hub-unreachable", "hub-busy", "hub-error", "model-not-found", "gated-model-auth");

    private final ModelStore store;
    private final ModelCatalog catalog;
    private final ModelPuller puller;
    private final StarterModel starter;
    private final Supplier<HubReachability> reachability;
    private final Supplier<HostFacts> quickFacts;
    private final Supplier<HostFacts> allFacts;

    ModelProvider(
            ModelStore store,
            ModelCatalog catalog,
            ModelPuller puller,
            StarterModel starter,
            Supplier<HubReachability> reachability,
            Supplier<HostFacts> quickFacts,
            Supplier<HostFacts> allFacts) {
        this.store = store;
        this.catalog = catalog;
        this.puller = puller;
        this.starter = starter;
        this.reachability = reachability;
        this.quickFacts = quickFacts;
        this.allFacts = allFacts;
    }

    /**
     * @param wanted what the reader asked for (see {@link ModelReference}), or null for the best that this machine can run
     * @throws HubException or {@link dev.unbusy.gguf.GgufException} if it cannot be had
     */
    public ProvidedModel provide(@Nullable String wanted, Progress progress) {
        return wanted == null ? standard(progress) : named(wanted, progress);
    }

    private ProvidedModel named(String wanted, Progress progress) {
        Optional<InstalledModel> installed = store.find(wanted);
        if (installed.isPresent()) {
            return new ProvidedModel(
                    installed.get(),
                    Text.of("%s is installed.", "%s 已安装。", installed.get().id()),
                    List.of());
        }
        Pulled pulled = puller.pull(puller.reference(wanted), PullOptions.DEFAULT, progress);
        return new ProvidedModel(pulled.model(), pulled.choice(), List.of());
    }

    private ProvidedModel standard(Progress progress) {
        List<InstalledModel> installed = store.list().models();
        ModelChooser chooser = new ModelChooser(catalog);
        Set<String> ids = new HashSet<>();
        installed.forEach(model -> ids.add(model.id()));
        if (!installed.isEmpty()) {
            ModelChoice choice = chooser.choose(quickFacts.get(), ids, null);
            Optional<InstalledModel> chosen = installed.stream()
                    .filter(model -> model.id().equals(choice.model().id()))
                    .findFirst();
            if (chosen.isPresent() && !isStarter(chosen.get())) {
                return new ProvidedModel(chosen.get(), choice.reason(), choice.rejected());
            }
            // A file that somebody put there means more than the starter model, which comes by itself.
            Optional<InstalledModel> own = installed.stream()
                    .filter(model -> catalog.find(model.id()).isEmpty())
                    .findFirst();
            if (own.isPresent()) {
                return new ProvidedModel(
                        own.get(),
                        Text.of(
                                "%s is the newest installed model.",
                                "%s 是最近安装的模型。", own.get().id()),
                        List.of());
            }
            if (chosen.isPresent()) {
                return new ProvidedModel(chosen.get(), choice.reason(), choice.rejected());
            }
        }
        return fetched(chooser, ids, progress);
    }

    private boolean isStarter(InstalledModel model) {
        return model.id().equals(catalog.starter().id());
    }

    private ProvidedModel fetched(ModelChooser chooser, Set<String> installed, Progress progress) {
        HubReachability reachable = reachability.get();
        ModelChoice choice = chooser.choose(allFacts.get(), installed, reachable.any());
        if (choice.model().family().equals(CatalogModel.STARTER)) {
            Text reason = reachable.any()
                    ? choice.reason()
                    : new Text(
                            choice.reason().en() + " " + reachable.reason().en(),
                            choice.reason().zh() + reachable.reason().zh());
            return new ProvidedModel(starter.ensure(progress), reason, choice.rejected());
        }
        try {
            Pulled pulled = puller.pull(
                    new ModelReference.Named(choice.model().id(), choice.quantization(), null),
                    PullOptions.DEFAULT,
                    progress);
            return new ProvidedModel(pulled.model(), choice.reason(), choice.rejected());
        } catch (HubException e) {
            if (!FALL_BACK.contains(e.code())) {
                throw e;
            }
            Text reason = new Text(
                    "%s could not be fetched, so the starter model is used: %s"
                            .formatted(choice.model().shortName(), e.text().en()),
                    "无法获取 %s，因此使用入门模型：%s"
                            .formatted(choice.model().shortName(), e.text().zh()));
            return new ProvidedModel(starter.ensure(progress), reason, choice.rejected());
        }
    }
}
