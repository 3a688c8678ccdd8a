package dev.unbusy.hub;

import dev.unbusy.text.Text;

/**
 * What a pull came to.
 *
 * @param model the model as it now lies in the store
 * @param fetched false if it was there already
 * @param choice why this repository, file and quantization
 */
public record Pulled(InstalledModel model, boolean fetched, Text choice) {}
