package dev.unbusy.catalog;

import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be had from outside right now.
 *
 * @param hub whether a hub answers; null if none was asked
 * @param notThere models that no hub gives, by id, with what was said
 * @param diskRoom what a model's file may take on the disk, by id; unknown where an id is missing
 */
public record Supply(@Nullable Boolean hub, Map<String, Text> notThere, Map<String, Bytes> diskRoom) {

    /** For choosing among what is installed. */
    public static final Supply NOT_ASKED = new Supply(null, Map.of(), Map.of());

    public Supply {
        notThere = Map.copyOf(notThere);
        diskRoom = Map.copyOf(diskRoom);
    }

    /** Everything, or nothing. */
    public static Supply of(boolean hub) {
        return new Supply(hub, Map.of(), Map.of());
    }
}
