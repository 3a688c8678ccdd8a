package dev.unbusy.engine;

import org.junit.jupiter.api.Tag;

/** The same promises where every guess is checked, whether it pays or not. */
@Tag("heavy") // Neither and both run always.
class EngineSpeculatingTest extends EngineTest {
    @Override
    LoadedModel model() {
        return RealModel.speculating(0);
    }
}
