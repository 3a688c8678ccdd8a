package dev.unbusy.hub;

import dev.unbusy.text.Text;

/** Which hubs answer right now. */
public record HubReachability(boolean huggingFace, boolean modelScope, Text reason) {
    public boolean any() {
        return huggingFace || modelScope;
    }
}
