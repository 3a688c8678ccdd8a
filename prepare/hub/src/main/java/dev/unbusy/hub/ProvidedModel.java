package dev.unbusy.hub;

import dev.unbusy.text.Text;
import java.util.List;

/**
 * A model that is on this machine now, and why it is this one.
 *
 * @param model the model
 * @param reason one sentence for the reader
 * @param rejected the better or other models that were not taken, each with why; empty if the reader chose
 */
public record ProvidedModel(InstalledModel model, Text reason, List<Text> rejected) {
    public ProvidedModel {
        rejected = List.copyOf(rejected);
    }
}
