package dev.sinter.compiler.command;

import dev.sinter.compiler.Compiler;
import picocli.CommandLine.Option;

/// The options that keep sums in the order of their terms, where fewer multiplications with more rounding would be faster.
final class Exactness {
    @Option(names = "--exact-convolutions", description = "Compute convolutions term by term. By default those by filters of 3 × 3 save multiplications where that is faster, with slightly more rounding.")
    private boolean convolutions;

    @Option(names = "--exact-products", description = "Compute products of matrices term by term. By default large ones save multiplications where that is faster, with slightly more rounding.")
    private boolean products;

    /// Compiler options with this choice.
    Compiler.Options of(Compiler.Options options) {
        return options.withExactConvolutions(convolutions).withExactProducts(products);
    }

    /// Whether convolutions are computed term by term.
    boolean ofConvolutions() {
        return convolutions;
    }

    /// Whether products of matrices are.
    boolean ofProducts() {
        return products;
    }
}
