package dev.unbusy.hub;

import dev.unbusy.text.Text;

/**
 * Which hubs answer right now.
 *
 * @param reason what was seen, for the reader
 */
public record HubReachability(boolean huggingFace, boolean modelScope, Text reason) {
    public boolean any() {
        return huggingFace || modelScope;
    }

    boolean reaches(ModelReference.Hub hub) {
        return hub == ModelReference.Hub.HUGGING_FACE ? huggingFace : modelScope;
    }
}
