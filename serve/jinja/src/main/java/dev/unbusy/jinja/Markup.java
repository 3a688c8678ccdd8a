package dev.unbusy.jinja;

/**
 * Text marked as safe HTML by {@code |safe} or {@code |escape}. It prints as it is, but escapes what is added to it:
 * adding markup to {@code '<'} gives the entity of {@code <}, with automatic escaping off too.
 */
record Markup(String text) {

    /** What {@code markupsafe.escape} makes of any value. */
    static Markup escape(Object value) {
        return value instanceof Markup markup ? markup : new Markup(escapeText(Repr.str(value)));
    }

    static String escapeText(String s) {
        StringBuilder out = null;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            String entity = switch (c) {
                case '&' -> "&amp;";
                case '<' -> "&lt;";
                case '>' -> "&gt;";
                case '\'' -> "&#39;";
                case '"' -> "&#34;";
                default -> "";
            };
            if (!entity.isEmpty()) {
                if (out == null) {
                    out = new StringBuilder(s.length() + 16).append(s, 0, i);
                }
                out.append(entity);
            } else if (out != null) {
                out.append(c);
            }
        }
        return out == null ? s : out.toString();
    }
}
