package dev.sinter.bench.contest;

import dev.sinter.bench.sinter.SinterContender;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/// All contenders: Sinter's two kinds of code, and the peers that are on the class path.
public final class Contenders {
    private Contenders() { }

    /// Native code first, since it is the reference; then class files; then the peers by name.
    public static List<Contender> all() {
        var all = new ArrayList<Contender>(List.of(SinterContender.NATIVE, SinterContender.JVM));
        ServiceLoader.load(Contender.class).stream().map(ServiceLoader.Provider::get).sorted(java.util.Comparator.comparing(Contender::name)).forEach(all::add);
        return all;
    }

    /// The contender of this name. @throws IllegalArgumentException if there is none
    public static Contender named(String name) {
        return all().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "there is no contender '" + name + "'; there are " + all().stream().map(Contender::name).collect(Collectors.joining(", "))));
    }
}
