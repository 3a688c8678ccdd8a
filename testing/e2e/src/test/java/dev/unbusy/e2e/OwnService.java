package dev.unbusy.e2e;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A service for all tests of a class, in a {@link Home} of its own. */
final class OwnService implements BeforeAllCallback, AfterAllCallback {
    private @Nullable Home home;
    private @Nullable RunningUnbusy unbusy;

    Home home() {
        return Objects.requireNonNull(home, "before the first test");
    }

    RunningUnbusy unbusy() {
        return Objects.requireNonNull(unbusy, "before the first test");
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        home = new Home();
        unbusy = home().start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (unbusy != null) {
            unbusy.close();
        }
        home().close();
    }
}
