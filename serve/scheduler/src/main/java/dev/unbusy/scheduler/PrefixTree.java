package dev.unbusy.scheduler;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Radix tree over token ids that finds the slot sharing the longest prefix with a prompt (RadixAttention: Zheng et al.,
 * "SGLang", 2024). A slot is in every node on the path of its tokens, planned ones included, so one walk answers both what
 * can be copied now and what will be there soon. One tree per scope; scopes never see each other.
 *
 * <p>Token arrays are referred to, not copied: an array given here must never change below the length given with it.
 */
final class PrefixTree {
    /** Tokens {@code [start, end)} of {@link #tokens}, which holds the whole path from position 0. */
    private static final class Node {
        private int[] tokens;
        private int start;
        private int end;
        private @Nullable Node parent;
        private final Map<Integer, Node> children = new HashMap<>(2);
        private BitSet slots = new BitSet();

        Node(int[] tokens, int start, int end, @Nullable Node parent) {
            this.tokens = tokens;
            this.start = start;
            this.end = end;
            this.parent = parent;
        }
    }

    /** What a walk found. Overwritten by the next one. */
    static final class Match {
        /** Slot to copy from, −1 if nothing matches. */
        int slot;
        /** Positions computed there. */
        int length;
        /** Slot that will hold more once it has been prefilled, −1 if none. */
        int plannedSlot;

        int plannedLength;
    }

    private final Map<String, Node> roots = new HashMap<>();
    private final @Nullable Node[] leaves;
    private final String[] scopes;
    private final Match match = new Match();

    PrefixTree(int slots) {
        leaves = new @Nullable Node[slots];
        scopes = new String[slots];
        Arrays.fill(scopes, "");
    }

    boolean contains(int slot) {
        return leaves[slot] != null;
    }

    boolean isEmpty() {
        return roots.isEmpty();
    }

    void insert(String scope, int slot, int[] tokens, int length) {
        if (leaves[slot] != null) {
            throw new IllegalStateException("slot " + slot + " is in the tree already");
        }
        Node node = roots.computeIfAbsent(scope, s -> new Node(new int[0], 0, 0, null));
        node.slots.set(slot);
        int position = 0;
        while (position < length) {
            Node child = node.children.get(tokens[position]);
            if (child == null) {
                child = new Node(tokens, position, length, node);
                node.children.put(tokens[position], child);
            } else {
                int common = common(child, tokens, length);
                if (common < child.end) {
                    child = split(child, common);
                }
            }
            child.slots.set(slot);
            position = child.end;
            node = child;
        }
        leaves[slot] = node;
        scopes[slot] = scope;
    }

    void remove(int slot) {
        Node node = leaves[slot];
        leaves[slot] = null;
        while (node != null) {
            Node parent = node.parent;
            node.slots.clear(slot);
            if (!node.slots.isEmpty()) {
                mergeOnlyChild(node);
            } else if (parent == null) {
                roots.remove(scopes[slot]);
            } else {
                parent.children.remove(node.tokens[node.start]);
            }
            node = parent;
        }
    }

    /**
     * The longest prefix of {@code tokens[0..length)} that slots hold.
     *
     * @param computed how many positions of a slot have been computed
     * @return valid until the next call
     */
    Match match(String scope, int[] tokens, int length, IntUnaryOperator computed) {
        match.slot = -1;
        match.length = 0;
        match.plannedSlot = -1;
        match.plannedLength = 0;
        Node node = roots.get(scope);
        int position = 0;
        while (node != null && position < length) {
            node = node.children.get(tokens[position]);
            if (node != null) {
                position = common(node, tokens, length);
                note(node, position, computed);
                if (position < node.end) {
                    break;
                }
            }
        }
        return match;
    }

    /** Whether all tokens of {@code shorter} are a prefix of those of {@code longer}. */
    boolean isPrefix(int shorter, int longer) {
        Node node = leaves[shorter];
        return node != null && node.slots.get(longer);
    }

    private void note(Node node, int depth, IntUnaryOperator computed) {
        int most = -1;
        for (int slot = node.slots.nextSetBit(0); slot >= 0; slot = node.slots.nextSetBit(slot + 1)) {
            int usable = Math.min(depth, computed.applyAsInt(slot));
            if (usable > match.length) {
                match.length = usable;
                match.slot = slot;
            }
            if (usable > most) {
                most = usable;
                match.plannedSlot = slot;
            }
        }
        match.plannedLength = depth;
    }

    /** Position up to which the node's tokens equal the given ones, at most {@code length}. */
    private static int common(Node node, int[] tokens, int length) {
        int end = Math.min(node.end, length);
        int mismatch = Arrays.mismatch(node.tokens, node.start, end, tokens, node.start, end);
        return mismatch < 0 ? end : node.start + mismatch;
    }

    /** Makes a node of the tokens before {@code at}, with the rest below it; returns the upper one. */
    private static Node split(Node node, int at) {
        Node parent = node.parent;
        if (parent == null) {
            throw new IllegalStateException("the root holds no tokens to split");
        }
        Node upper = new Node(node.tokens, node.start, at, parent);
        upper.slots = (BitSet) node.slots.clone();
        upper.children.put(node.tokens[at], node);
        parent.children.put(upper.tokens[upper.start], upper);
        node.parent = upper;
        node.start = at;
        return upper;
    }

    /** Undoes a split that no longer separates anything. */
    private static void mergeOnlyChild(Node node) {
        if (node.parent == null || node.children.size() != 1) {
            return;
        }
        Node child = node.children.values().iterator().next();
        if (child.slots.equals(node.slots)) {
            Node parent = node.parent;
            child.start = node.start;
            child.parent = parent;
            parent.children.put(child.tokens[child.start], child);
        }
    }
}
