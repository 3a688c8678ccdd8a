package dev.unbusy.engine;

import org.junit.jupiter.api.Tag;

/** The same promises where requests take their KV cells from one pool. */
@Tag("heavy") // Neither and both run always.
class EngineOnPooledCellsTest extends EngineTest {
    @Override
    LoadedModel model() {
        return RealModel.pooled();
    }
}
