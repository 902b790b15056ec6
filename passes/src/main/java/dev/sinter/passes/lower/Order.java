package dev.sinter.passes.lower;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.PriorityQueue;

/// Puts numbered tasks in an order that respects "before" relations, otherwise as they are numbered.
final class Order {
    private final List<BitSet> after = new ArrayList<>();

    Order(int tasks) {
        for (int k = 0; k < tasks; k++) {
            after.add(new BitSet());
        }
    }

    /// Demands that `first` comes before `second`.
    void before(int first, int second) {
        if (first != second) {
            after.get(first).set(second);
        }
    }

    /// Whether `first` must come before `second`, perhaps because of others between them.
    boolean isBefore(int first, int second) {
        var seen = new BitSet();
        var open = new ArrayDeque<Integer>();
        open.push(first);
        while (!open.isEmpty()) {
            BitSet next = after.get(open.pop());
            for (int k = next.nextSetBit(0); k >= 0; k = next.nextSetBit(k + 1)) {
                if (k == second) {
                    return true;
                }
                if (!seen.get(k)) {
                    seen.set(k);
                    open.push(k);
                }
            }
        }
        return false;
    }

    /// The order. @throws IllegalStateException if the demands contradict each other
    List<Integer> sorted() {
        var waiting = new int[after.size()];
        after.forEach(next -> next.stream().forEach(k -> waiting[k]++));
        var ready = new PriorityQueue<Integer>();
        for (int k = 0; k < waiting.length; k++) {
            if (waiting[k] == 0) {
                ready.add(k);
            }
        }
        var order = new ArrayList<Integer>();
        while (!ready.isEmpty()) {
            int k = ready.poll();
            order.add(k);
            after.get(k).stream().forEach(next -> {
                if (--waiting[next] == 0) {
                    ready.add(next);
                }
            });
        }
        if (order.size() != waiting.length) {
            throw new IllegalStateException("kernels wait for each other");
        }
        return order;
    }
}
