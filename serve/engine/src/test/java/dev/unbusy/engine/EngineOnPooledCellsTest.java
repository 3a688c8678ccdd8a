package dev.unbusy.engine;

/** The same promises where requests take their KV cells from one pool. */
class EngineOnPooledCellsTest extends EngineTest {
    @Override
    LoadedModel model() {
        return RealModel.pooled();
    }
}
