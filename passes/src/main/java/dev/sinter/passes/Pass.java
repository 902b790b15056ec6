package dev.sinter.passes;

import dev.sinter.ir.graph.Module;
import java.util.function.UnaryOperator;

/// A pure function from module to module, with a name. A pass prints nothing, and gives back the same object if it changes nothing.
///
/// @param name a verb, as the command line spells it
public record Pass(String name, UnaryOperator<Module> work) {
    @Override
    public String toString() {
        return name;
    }
}
