package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Label;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Origin;
import dev.sinter.ir.graph.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Elaboration runs a model on symbolic tensors: numbers, lists, functions and models are computed away, what remains is the graph.
///
/// This class holds what all of it shares; one class per construct does the work. Functions are elaborated at each call, so a function of
/// the library has as many types as it has uses. A `Failure` ends a statement, not the run.
final class Elaborator {
    private static final int MAX_CALLS = 250;
    private static final long MAX_STEPS = 2_000_000;

    /// A call in progress.
    record Frame(String function, Span call, List<Calls.Given> given) { }

    final Options options;
    Problems problems;
    final Arrays arrays = new Arrays(this);
    final Operators operators = new Operators(this);
    final Expressions expressions = new Expressions(this);
    final Statements statements = new Statements(this);
    final Subscripts subscripts = new Subscripts(this);
    final IndexNotation indexNotation = new IndexNotation(this);
    final Types types = new Types(this);
    final Calls calls = new Calls(this);
    final Modules modules = new Modules(this);
    final Loops loops = new Loops(this);
    final Derivatives derivatives = new Derivatives(this);
    final Training training = new Training(this);

    Graph graph = new Graph();
    State state = new State(v -> { throw Failure.silent(); }, false);
    Keys keys = new Keys(() -> { throw Failure.silent(); });
    boolean trains;
    String entry = "";
    private final Deque<Frame> frames = new ArrayDeque<>();
    private long steps;

    Elaborator(Options options, Problems problems) {
        this.options = options;
        this.problems = problems;
    }

    /// Counts a step; a program that would be elaborated for minutes is stopped.
    void step(Span span) {
        if (++steps <= MAX_STEPS) return;
        if (steps > MAX_STEPS + 1) throw Failure.silent();      // the rest is the consequence
        throw Failure.of(Code.S0902, "this takes too long at compile time", span, "step number " + MAX_STEPS + " of the elaboration is here")
            .help("loops over numbers known at compile time are written out; `scan` runs at the call");
    }

    /// Runs `body` inside a call.
    <T> T inCall(String function, Span call, List<Calls.Given> given, Supplier<T> body) {
        if (frames.size() >= MAX_CALLS) {
            throw Failure.of(Code.S0306, "calls are nested too deeply", call, "call number " + (MAX_CALLS + 1) + " inside the others")
                .help("functions are elaborated at each call, so a function that calls itself must stop at compile time");
        }
        frames.push(new Frame(function, call, given));
        try {
            return body.get();
        } catch (Failure failure) {
            throw located(failure);
        } finally {
            frames.pop();
        }
    }

    /// Runs `body`; values made meanwhile come from `span`, or from the user's call if that is in the library.
    Origin enter(Span span) {
        Span place = userSpan(span);
        return graph.at(new Origin(place.source().name(), place.line(), place.column()));
    }

    private Span userSpan(Span span) {
        if (!span.source().isLibrary()) return span;
        return userFrame().map(Frame::call).orElse(span);
    }

    /// The innermost call that the user wrote.
    private Optional<Frame> userFrame() {
        return frames.stream().filter(f -> !f.call.source().isLibrary()).findFirst();
    }

    /// Runs `attempt`; if it has problems they are forgotten and `instead` is run.
    <T> T trying(Supplier<T> attempt, Supplier<T> instead) {
        Problems reported = problems;
        problems = new Problems();
        T result = null;
        try {
            result = attempt.get();
        } catch (Failure failure) {
            report(failure);
        }
        Problems found = problems;
        problems = reported;
        if (steps > MAX_STEPS) found.sorted().forEach(problems::add);      // there is no time for another attempt
        return result == null || found.hasErrors() ? instead.get() : result;
    }

    /// Reports a failure. One inside the library is shown at the user's call, with the library's place beside it.
    void report(Failure failure) {
        Problem problem = failure.problem();
        if (problem == null) return;
        problems.add(relocate(problem));
    }

    /// The failure with its place settled while the calls that led to it are still known.
    private Failure located(Failure failure) {
        Problem problem = failure.problem();
        return problem == null ? failure : new Failure(relocate(problem));
    }

    private Problem relocate(Problem problem) {
        Span place = problem.primary().span();
        Span user = userSpan(place);
        if (user == place) return problem;
        var also = new ArrayList<Label>();
        also.add(new Label(place, "found here, in the library"));
        problem.also().stream().filter(l -> !l.span().source().isLibrary()).forEach(also::add);
        for (Calls.Given g : userFrame().map(Frame::given).orElse(List.of())) {
            if (g.value() instanceof Datum.Array(Value v) && !g.span().source().isLibrary() && !g.span().equals(user)) also.add(new Label(g.span(), Show.type(v)));
        }
        return problem.at(new Label(user, problem.primary().text()), also);
    }

    /// "expected … found …".
    Failure mismatch(String expected, Datum found, Span span) {
        if (found instanceof Datum.Broken) return Failure.silent();
        return Failure.of(Code.S0402, "expected " + expected, span, "found " + Show.kind(found));
    }
}
