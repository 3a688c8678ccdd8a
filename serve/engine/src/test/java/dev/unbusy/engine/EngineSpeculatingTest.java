package dev.unbusy.engine;

/** The same promises where every guess is checked, whether it pays or not. */
class EngineSpeculatingTest extends EngineTest {
    @Override
    LoadedModel model() {
        return RealModel.speculating(0);
    }
}
