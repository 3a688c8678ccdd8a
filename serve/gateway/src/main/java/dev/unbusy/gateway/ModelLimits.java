package dev.unbusy.gateway;

import dev.unbusy.admission.Limits;
import dev.unbusy.text.Text;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What all callers together may use of each model, from three settings that each name models. */
final class ModelLimits {
    private ModelLimits() {}

    /** @throws GatewayException for a value that is no limit */
    static Map<String, Limits> of(GatewayConfig config) {
        Set<String> models = new HashSet<>(config.modelRequestsPerMinute().keySet());
        models.addAll(config.modelTokensPerMinute().keySet());
        models.addAll(config.modelConcurrency().keySet());
        Map<String, Limits> limits = new HashMap<>();
        for (String model : models) {
            limits.put(
                    model,
                    new Limits(
                            number("gateway.model_requests_per_minute", config.modelRequestsPerMinute(), model),
                            number("gateway.model_tokens_per_minute", config.modelTokensPerMinute(), model),
                            Math.toIntExact(number("gateway.model_concurrency", config.modelConcurrency(), model))));
        }
        return limits;
    }

    private static long number(String setting, Map<String, String> values, String model) {
        String value = values.get(model);
        if (value == null) {
            return 0;
        }
        if (!value.matches("[0-9]{1,9}")) {
            throw new GatewayException(
                    "setting-out-of-range",
                    Text.of("%s has \"%s\" for %s.", "%s 中 %3$s 的值为“%2$s”。", setting, value, model),
                    Text.of("Give a number from 1 to 999999999, or 0 for no limit.", "请填写 1 到 999999999 之间的数；0 表示不限。"),
                    null);
        }
        return Long.parseLong(value);
    }
}
