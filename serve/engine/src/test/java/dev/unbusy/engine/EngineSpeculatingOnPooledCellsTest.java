package dev.unbusy.engine;

/** The same promises where every guess is checked and requests take their KV cells from one pool. */
class EngineSpeculatingOnPooledCellsTest extends EngineTest {
    @Override
    LoadedModel model() {
        return RealModel.speculating(8192);
    }
}
