package dev.sinter.passes;

import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Verifier;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/// Passes in order. Running it is the only place where passes are timed, verified and observed.
///
/// @param passes in the order in which they run
/// @param order  what the order has to respect
public record Pipeline(List<Pass> passes, List<Before> order) {
    /// Copies the lists and checks the order. @throws IllegalArgumentException naming the constraint that does not hold, with its reason
    public Pipeline {
        passes = List.copyOf(passes);
        order = List.copyOf(order);
        var names = passes.stream().map(Pass::name).toList();
        for (Before b : order) {
            int first = names.lastIndexOf(b.first());
            int then = names.indexOf(b.then());
            if (first >= 0 && then >= 0 && first > then) {
                throw new IllegalArgumentException("'" + b.first() + "' must run before '" + b.then() + "': " + b.why());
            }
        }
    }

    /// Who wants to know what the passes do: dumps, timings.
    public interface Observer {
        /// Nobody.
        Observer NONE = (pass, result, nanoseconds) -> { };

        /// A pass has run.
        ///
        /// @param result      its result
        /// @param nanoseconds how long it took
        void after(Pass pass, Module result, long nanoseconds);
    }

    /// Runs every pass. The module that comes in and every result are verified.
    ///
    /// @throws IllegalArgumentException if the module is malformed
    /// @throws IllegalStateException    if a pass has made a malformed one, with the pass's name
    public Module run(Module module, Observer observer) {
        Verifier.verify(module);
        Module current = module;
        for (Pass pass : passes) {
            long start = System.nanoTime();
            Module next = pass.work().apply(current);
            long took = System.nanoTime() - start;
            if (next != current) {
                verify(pass, next);
            }
            current = next;
            observer.after(pass, current, took);
        }
        return current;
    }

    private static void verify(Pass pass, Module result) {
        try {
            Verifier.verify(result);
        } catch (RuntimeException e) {
            throw new IllegalStateException("the pass '" + pass + "' made a malformed module: " + e.getMessage(), e);
        }
    }

    /// The other passes. Names that are no pass's change nothing.
    public Pipeline without(Collection<String> names) {
        return new Pipeline(passes.stream().filter(p -> !names.contains(p.name())).toList(), order);
    }

    /// The passes up to and including the last one called `name`. @throws IllegalArgumentException if there is none
    public Pipeline until(String name) {
        int end = passes.stream().map(Pass::name).toList().lastIndexOf(name);
        if (end < 0) {
            throw new IllegalArgumentException("no pass is called '" + name + "'; there are "
                    + String.join(", ", passes.stream().map(Pass::name).distinct().toList()));
        }
        return new Pipeline(IntStream.rangeClosed(0, end).mapToObj(passes::get).toList(), order);
    }
}
