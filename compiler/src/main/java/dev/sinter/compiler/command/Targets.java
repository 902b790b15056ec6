package dev.sinter.compiler.command;

import dev.sinter.compiler.Target;
import java.util.Arrays;
import java.util.List;

/// The kinds of code that an option names.
final class Targets {
    private Targets() { }

    /// The kinds in a list such as `jvm,native`; both if there is no list.
    static List<Target> parse(String text) {
        if (text == null) {
            return nativeCodeRunsHere() ? List.of(Target.JVM, Target.NATIVE) : List.of(Target.JVM);
        }
        try {
            return Target.parse(text);
        } catch (IllegalArgumentException e) {
            throw UserError.use(e.getMessage());
        }
    }

    /// Whether native code is generated for processors such as this one.
    static boolean nativeCodeRunsHere() {
        var known = dev.sinter.codegen.llvm.Cpu.all().stream().map(dev.sinter.codegen.llvm.Cpu::name).toList();
        return dev.sinter.runtime.Machine.targets().stream().anyMatch(known::contains);
    }

    /// As the loader wants them.
    static String name(Target target) {
        return target.name().toLowerCase(java.util.Locale.ROOT);
    }

    static List<String> split(String list) {
        return Arrays.stream(list.split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
    }
}
