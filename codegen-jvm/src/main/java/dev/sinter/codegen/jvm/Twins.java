package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Bodies of loops in different kernels that do the same with other numbers and other buffers: the layers of a deep network. They become one method, which the JIT
/// compiles once, as early as the first of them has run often enough.
final class Twins {
    /// The most argument words of a method that several kernels share.
    private static final int MOST_WORDS = 120;

    private final Map<List<Stmt>, Twin> twins = new IdentityHashMap<>();

    /// One of several.
    ///
    /// @param family    what they have in common
    /// @param arguments what this one gives to the method
    record Twin(Family family, List<Expr> arguments) { }

    /// Statements for all of them.
    ///
    /// @param parameters names from outside, then numbers
    /// @param body       the statements
    /// @param buffers    stand-ins for buffers, and the number of each in the call's table
    record Family(List<Expr.Var> parameters, List<Stmt> body, Map<Buffer, Expr.Var> buffers) { }

    private record Member(List<Stmt> list, List<Stmt> complete, Pattern pattern) { }

    /// Statements that may share a method with others.
    ///
    /// @param list     the statements
    /// @param complete the same with what they need to stand alone
    record Candidate(List<Stmt> list, List<Stmt> complete) { }

    /// Finds twins among lists of statements.
    ///
    /// @param globals names that every method knows
    /// @param table   the call's buffers
    Twins(List<Candidate> candidates, Set<Expr.Var> globals, List<Buffer> table) {
        Map<String, List<Member>> families = new LinkedHashMap<>();
        candidates.forEach(c -> {
            var pattern = Pattern.of(c.complete(), globals);
            families.computeIfAbsent(pattern.text(), t -> new ArrayList<>()).add(new Member(c.list(), c.complete(), pattern));
        });
        families.values().stream().filter(members -> members.size() > 1).forEach(members -> join(members, table));
    }

    /// What a list of statements shares with others; null if there is nothing.
    Twin of(List<Stmt> list) {
        return twins.get(list);
    }

    /// What differs between the members becomes a parameter: one for all places that differ alike.
    private void join(List<Member> members, List<Buffer> table) {
        var first = members.getFirst();
        var parameters = new ArrayList<>(first.pattern().names());
        var arguments = new ArrayList<List<Expr>>();
        members.forEach(m -> arguments.add(new ArrayList<>(m.pattern().names())));
        var known = new HashMap<List<Long>, Expr.Var>();
        var numbers = new ArrayList<Expr>();
        for (int k = 0; k < first.pattern().numbers().size(); k++) {
            int place = k;
            var values = members.stream().map(m -> m.pattern().numbers().get(place)).toList();
            numbers.add(values.stream().distinct().count() == 1 ? Expr.index(values.getFirst())
                    : known.computeIfAbsent(values, v -> parameter("number", v, parameters, arguments)));
        }
        var inTable = new IdentityHashMap<Buffer, Long>();
        for (int b = 0; b < table.size(); b++) {
            inTable.put(table.get(b), (long) b);
        }
        var standIns = new HashMap<List<Long>, Buffer>();
        var ofStandIns = new IdentityHashMap<Buffer, Expr.Var>();
        var buffers = new ArrayList<Buffer>();
        for (int k = 0; k < first.pattern().buffers().size(); k++) {
            int place = k;
            Buffer mine = first.pattern().buffers().get(k);
            var values = members.stream().map(m -> inTable.get(m.pattern().buffers().get(place))).toList();
            buffers.add(values.stream().distinct().count() == 1 ? mine : standIns.computeIfAbsent(values, v -> {
                var standIn = new Buffer("buffer", mine.type(), mine.elements(), mine.role());
                ofStandIns.put(standIn, parameter("buffer", v, parameters, arguments));
                return standIn;
            }));
        }
        if (2 * parameters.size() > MOST_WORDS) {
            return;
        }
        var family = new Family(parameters, Pattern.with(first.complete(), numbers, buffers), ofStandIns);
        for (int m = 0; m < members.size(); m++) {
            twins.put(members.get(m).list(), new Twin(family, arguments.get(m)));
        }
    }

    private static Expr.Var parameter(String name, List<Long> values, List<Expr.Var> parameters, List<List<Expr>> arguments) {
        var parameter = Expr.Var.index(name);
        parameters.add(parameter);
        for (int m = 0; m < values.size(); m++) {
            arguments.get(m).add(Expr.index(values.get(m)));
        }
        return parameter;
    }
}
