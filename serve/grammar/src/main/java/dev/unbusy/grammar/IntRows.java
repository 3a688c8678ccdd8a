package dev.unbusy.grammar;

import java.util.ArrayList;
import java.util.List;

/** A table that grows by rows of one width. */
final class IntRows {
    private final int width;
    private final List<int[]> rows = new ArrayList<>();

    IntRows(int width) {
        this.width = width;
    }

    /** A new last row, to be written to. */
    int[] add() {
        int[] row = new int[width];
        rows.add(row);
        return row;
    }

    int[] flat() {
        int[] table = new int[rows.size() * width];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, table, i * width, width);
        }
        return table;
    }
}
