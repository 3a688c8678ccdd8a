package dev.unbusy.hub;

import dev.unbusy.catalog.CatalogModel;
import dev.unbusy.catalog.HostFacts;
import dev.unbusy.catalog.ModelCatalog;
import dev.unbusy.catalog.ModelChoice;
import dev.unbusy.catalog.ModelChooser;
import dev.unbusy.catalog.Supply;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gets the model that {@code up} is to serve: finds it in the store, or chooses and fetches it. Uses no network when a
 * fitting model is installed.
 *
 * <p>Where no model was named and none is installed:
 *
 * <ol>
 *   <li>The hubs are asked, for three seconds at most.
 *   <li>The best model for this machine is fetched; one that no hub gives makes way for the next best.
 *   <li>Where no hub answers, answers as it should, or gives a fitting one: the starter model.
 * </ol>
 */
public final class ModelProvider {
    /** With these no hub gives this model; another may still be there. */
    private static final Set<String> TRY_NEXT = Set.of("model-not-found", "gated-model-auth");
    /** With these nothing can be had from outside right now; the starter model may still be. */
    private static final Set<String> FALL_BACK = Set.of("hub-unreachable", "hub-busy", "hub-error");

    private final ModelStore store;
    private final ModelCatalog catalog;
    private final ModelPuller named;
    private final ModelPuller choosing;
    private final StarterModel starter;
    private final DiskSpace space;
    private final Supplier<HubReachability> reachability;
    private final Supplier<HostFacts> quickFacts;
    private final Supplier<HostFacts> allFacts;

    /**
     * @param named for a model that was asked for, and that is worth waiting for
     * @param choosing for one that was not: its hub is given little time, since the starter model is the alternative
     */
    ModelProvider(
            ModelStore store,
            ModelCatalog catalog,
            ModelPuller named,
            ModelPuller choosing,
            StarterModel starter,
            DiskSpace space,
            Supplier<HubReachability> reachability,
            Supplier<HostFacts> quickFacts,
            Supplier<HostFacts> allFacts) {
        this.store = store;
        this.catalog = catalog;
        this.named = named;
        this.choosing = choosing;
        this.starter = starter;
        this.space = space;
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
        Pulled pulled = named.pull(named.reference(wanted), PullOptions.DEFAULT, progress);
        return new ProvidedModel(pulled.model(), pulled.choice(), List.of());
    }

    private ProvidedModel standard(Progress progress) {
        List<InstalledModel> installed = store.list().models();
        ModelChooser chooser = new ModelChooser(catalog);
        Set<String> ids = new HashSet<>();
        installed.forEach(model -> ids.add(model.id()));
        if (!installed.isEmpty()) {
            ModelChoice choice = chooser.choose(quickFacts.get(), ids, Supply.NOT_ASKED);
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
        Text asking = Text.of("Asking the model hubs", "正在连接模型仓库");
        progress.report(asking, 0, -1, Progress.Unit.ITEMS);
        HubReachability reachable = reachability.get();
        progress.report(asking, 1, 1, Progress.Unit.ITEMS);
        HostFacts host = allFacts.get();
        Map<String, Bytes> diskRoom = diskRoom();
        Map<String, Text> notThere = new HashMap<>();
        while (true) {
            ModelChoice choice = chooser.choose(host, installed, new Supply(reachable.any(), notThere, diskRoom));
            CatalogModel model = choice.model();
            if (model.family().equals(CatalogModel.STARTER)) {
                boolean hubsAreWhy = !reachable.any() || !notThere.isEmpty();
                Text reason = hubsAreWhy ? joined(choice.reason(), reachable.reason()) : choice.reason();
                return starter(choice, reason, progress);
            }
            try {
                Pulled pulled = choosing.pull(
                        new ModelReference.Named(model.id(), choice.quantization(), null),
                        PullOptions.DEFAULT,
                        progress);
                return new ProvidedModel(pulled.model(), choice.reason(), choice.rejected());
            } catch (HubException e) {
                if (TRY_NEXT.contains(e.code())) {
                    notThere.put(model.id(), e.text());
                } else if (FALL_BACK.contains(e.code())) {
                    Text why = Text.of(
                            "%s could not be fetched, so the starter model is used: %s",
                            "无法获取 %s，因此使用入门模型：%s", model.shortName(), e.text());
                    return starter(choice, joined(why, reachable.reason()), progress);
                } else {
                    throw e;
                }
            }
        }
    }

    private ProvidedModel starter(ModelChoice choice, Text reason, Progress progress) {
        try {
            return new ProvidedModel(starter.ensure(progress), reason, choice.rejected());
        } catch (HubException e) {
            // Whoever reads that the starter model failed wants to know why it was the starter model.
            throw new HubException(
                    e.code(),
                    new Text(
                            reason.en() + "\n" + e.text().en(),
                            reason.zh() + "\n" + e.text().zh()),
                    e.remedy(),
                    e);
        }
    }

    private static Text joined(Text first, Text second) {
        return new Text(
                first.en() + (first.en().endsWith(".") ? " " : ". ") + second.en(),
                first.zh() + (first.zh().endsWith("。") ? "" : "。") + second.zh());
    }

    /** What each model may take: the free room, and what of it has been fetched already. */
    private Map<String, Bytes> diskRoom() {
        Map<String, Bytes> room = new HashMap<>();
        for (CatalogModel model : catalog.models()) {
            Bytes bytes = store.roomFor(model, space);
            if (bytes != null) {
                room.put(model.id(), bytes);
            }
        }
        return room;
    }
}
