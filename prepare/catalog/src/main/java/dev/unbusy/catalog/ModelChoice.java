package dev.unbusy.catalog;

import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The model that a machine starts with when nobody names one.
 *
 * @param model the model
 * @param quantization the quantization to fetch
 * @param weightBytes its size; an estimate where {@code sizeIsEstimate}
 * @param tokensPerSecond estimated decode speed for one stream, or null if it could not be estimated
 * @param reason why this one
 * @param rejected the models preferred to it, each with why it was not taken
 */
public record ModelChoice(
        CatalogModel model,
        String quantization,
        Bytes weightBytes,
        boolean sizeIsEstimate,
        @Nullable Double tokensPerSecond,
        Text reason,
        List<Text> rejected) {

    public ModelChoice {
        rejected = List.copyOf(rejected);
    }
}
