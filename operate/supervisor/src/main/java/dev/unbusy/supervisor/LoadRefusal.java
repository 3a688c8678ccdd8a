package dev.unbusy.supervisor;

import dev.unbusy.text.Text;

/**
 * Why a worker cannot load, in its own words: a {@link dev.unbusy.text.UserError} that crossed the process border.
 *
 * @param code cause id, for instance {@code model-file-corrupt}
 */
public record LoadRefusal(String code, Text text, Text remedy) {}
