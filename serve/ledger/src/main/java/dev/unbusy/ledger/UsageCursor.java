package dev.unbusy.ledger;

import dev.unbusy.text.Text;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The last row of a page. It stays valid while rows are added and deleted: the next page is what lies behind it. */
public record UsageCursor(long startedAtMillis, long sequence) {
    private static final Pattern FORM = Pattern.compile("(-?\\d{1,18})-(\\d{1,18})");

    /** As it travels in URLs and JSON. */
    public String text() {
        return startedAtMillis + "-" + sequence;
    }

    public static UsageCursor parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw LedgerException.invalid("after", '"' + text + '"', Text.of("the next of a page", "上一页返回的 next"));
        }
        return new UsageCursor(Long.parseLong(form.group(1)), Long.parseLong(form.group(2)));
    }
}
