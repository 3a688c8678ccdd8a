package dev.unbusy.api;

import java.util.concurrent.ThreadLocalRandom;

/** Names of answers: a prefix and 24 random hex digits. They need to differ, not to be secret. */
public final class ResponseIds {
    private ResponseIds() {}

    public static String chat() {
        return "chatcmpl-" + hex(16) + hex(8);
    }

    public static String completion() {
        return "cmpl-" + hex(16) + hex(8);
    }

    /** Of a call; unique within a conversation, where results name it. */
    public static String toolCall() {
        return "call_" + hex(16) + hex(8);
    }

    private static String hex(int digits) {
        String all = Long.toHexString(ThreadLocalRandom.current().nextLong());
        return ("0".repeat(16 - all.length()) + all).substring(0, digits);
    }
}
