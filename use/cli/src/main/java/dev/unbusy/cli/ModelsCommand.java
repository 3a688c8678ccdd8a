package dev.unbusy.cli;

import dev.unbusy.catalog.HostProbe;
import dev.unbusy.catalog.ModelCatalog;
import dev.unbusy.catalog.ModelChooser;
import dev.unbusy.catalog.Supply;
import dev.unbusy.config.Config;
import dev.unbusy.hub.Hub;
import dev.unbusy.hub.HubConfig;
import dev.unbusy.hub.InstalledModel;
import dev.unbusy.hub.ModelStore;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code unbusy models}: what is installed. */
@Command(name = "models")
final class ModelsCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    @Option(names = "--config", paramLabel = "FILE", descriptionKey = "up.config")
    private @Nullable Path configFile;

    ModelsCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        Logging.toStandardError(global.verbose);
        Config config = Settings.read(configFile);
        try (Hub hub = Hub.open(config.section(HubConfig.class), io.environment())) {
            ModelStore.Listing listing = hub.models().list();
            listing.problems().forEach(io::say);
            InstalledModel standard = listing.models().isEmpty() ? null : standard(hub.catalog(), listing.models());
            if (json) {
                io.out().println(ModelsJson.of(listing.models(), standard));
            } else if (listing.models().isEmpty()) {
                io.say(Text.of(
                        "No model is installed. `unbusy up` fetches one, `unbusy pull MODEL` a certain one.",
                        "尚未安装模型。`unbusy up` 会自动获取，`unbusy pull MODEL` 可获取指定的模型。"));
            } else {
                table(listing.models(), standard);
            }
        }
        return ExitCodes.DONE;
    }

    /** What {@code up} takes without a name, as its provider decides, but never fetched for a mere list; null if unknown. */
    private static @Nullable InstalledModel standard(ModelCatalog catalog, List<InstalledModel> models) {
        Set<String> ids = new HashSet<>();
        models.forEach(model -> ids.add(model.id()));
        String chosen = new ModelChooser(catalog)
                .choose(HostProbe.read(), ids, Supply.NOT_ASKED)
                .model()
                .id();
        InstalledModel own = null;
        InstalledModel match = null;
        for (InstalledModel model : models) {
            if (match == null && model.id().equals(chosen)) {
                match = model;
            }
            if (own == null && catalog.find(model.id()).isEmpty()) {
                own = model;
            }
        }
        boolean starter = chosen.equals(catalog.starter().id());
        return own != null && (match == null || starter) ? own : match;
    }

    private void table(List<InstalledModel> models, @Nullable InstalledModel standard) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                Text.of("MODEL", "模型").in(io.lang()),
                Text.of("SIZE", "大小").in(io.lang()),
                Text.of("QUANTIZATION", "量化").in(io.lang()),
                Text.of("ARCHITECTURE", "架构").in(io.lang()),
                Text.of("FILE", "文件").in(io.lang())));
        for (InstalledModel model : models) {
            rows.add(List.of(
                    ModelWish.shortName(model.id()) + (model.equals(standard) ? " *" : ""),
                    new Bytes(model.bytes()).toString(),
                    model.quantization() == null ? "?" : model.quantization(),
                    model.architecture() == null ? "?" : model.architecture(),
                    model.file().toString()));
        }
        io.out().print(Table.of(rows));
        io.say(Text.of("* what `unbusy up` takes by itself", "* 为 `unbusy up` 默认选用的模型"));
    }
}
