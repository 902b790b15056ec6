package dev.sinter.passes;

import dev.sinter.passes.differentiate.Differentiate;
import dev.sinter.passes.layout.Layout;
import dev.sinter.passes.rewrite.InlineCalls;
import dev.sinter.passes.simplify.Simplify;
import dev.sinter.passes.strassen.Strassen;
import dev.sinter.passes.winograd.Winograd;
import java.util.List;

/// Which passes run, in which order, and why in that order.
public final class Pipelines {
    private static final Pass INLINE_CALLS = new Pass("inline-calls", InlineCalls::run);
    private static final Pass DIFFERENTIATE = new Pass("differentiate", Differentiate::run);
    private static final Pass SIMPLIFY = new Pass("simplify", Simplify::run);
    private static final Pass LAYOUT = new Pass("layout", Layout::run);
    private static final Pass WINOGRAD = new Pass("winograd", Winograd::run);
    private static final Pass STRASSEN = new Pass("strassen", Strassen::run);

    private static final List<Before> ORDER = List.of(
            new Before("inline-calls", "differentiate", "what is inlined once need not be inlined in every derivative of it"),
            new Before("inline-calls", "simplify", "laws do not look through calls"),
            new Before("differentiate", "simplify", "simplification takes stop_gradient away"),
            new Before("simplify", "layout", "axes are laid out for the contractions that are left"),
            new Before("layout", "winograd", "tiles are transformed in vectors along the channels, which are laid innermost"),
            new Before("layout", "strassen", "quarters are added up in vectors along axes as they are stored"));

    private Pipelines() { }

    /// From the frontend's module to the one that is lowered: no calls, no derivatives, nothing superfluous, axes in the order in which they are best stored.
    public static Pipeline standard() {
        return new Pipeline(List.of(INLINE_CALLS, DIFFERENTIATE, SIMPLIFY, LAYOUT, WINOGRAD, STRASSEN), ORDER);
    }

    /// As [#standard], but convolutions and products keep the order of their terms.
    public static Pipeline exact() {
        return new Pipeline(List.of(INLINE_CALLS, DIFFERENTIATE, SIMPLIFY, LAYOUT), ORDER);
    }
}
