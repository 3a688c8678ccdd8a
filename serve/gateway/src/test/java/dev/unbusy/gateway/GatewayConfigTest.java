package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.config.Setting;
import dev.unbusy.units.Bytes;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewayConfigTest {
    @Test
    void everyComponent_isASettingWithBothTextsAndADefaultInItsRange() {
        for (RecordComponent component : GatewayConfig.class.getRecordComponents()) {
            Setting setting = component.getAnnotation(Setting.class);
            assertThat(setting).as(component.getName()).isNotNull();
            assertThat(setting.en()).isNotBlank();
            assertThat(setting.zh()).isNotBlank();
            if (component.getType() == int.class || component.getType() == long.class) {
                assertThat(Long.parseLong(setting.value()))
                        .as(component.getName())
                        .isBetween(setting.min(), setting.max());
            }
        }
    }

    @Test
    void aSizeOfNothing_isRefused() {
        assertThatThrownBy(() -> Running.with(Map.of("maxHeldAnswer", new Bytes(0))))
                .hasRootCauseInstanceOf(GatewayException.class)
                .rootCause()
                .hasMessageContaining("max_held_answer");
    }
}
