package dev.sinter.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/// An integer formula over named dims, as a manifest spells sizes: integers, names (Java identifiers), `+ - *`, `floordiv(a,b)`,
/// `mod(a,b)`, `max(a,b)`, parentheses and a leading minus.
///
/// It is evaluated over 64-bit integers; a result that does not fit is an error, never a wrong number. `floordiv` rounds
/// towards negative infinity and `mod` has the sign of its divisor. Equality is that of the text.
public final class Formula {

    private static final int MAX_DEPTH = 200;

    private final String text;
    private final List<String> names;
    private final Step[] steps;
    private final int stackSize;

    private Formula(String text, List<String> names, List<Step> steps, int stackSize) {
        this.text = text;
        this.names = List.copyOf(names);
        this.steps = steps.toArray(new Step[0]);
        this.stackSize = stackSize;
    }

    /// The formula that `text` spells.
    ///
    /// @throws IllegalArgumentException with the column, if it spells none
    public static Formula of(String text) {
        return new Parser(text).parse();
    }

    /// The formula of one number.
    public static Formula of(long value) {
        return of(Long.toString(value));
    }

    /// The names in it, each once, in order of appearance.
    public List<String> names() {
        return names;
    }

    /// Whether this is one name and nothing else.
    public boolean isName() {
        return steps.length == 1 && steps[0] instanceof Step.Name;
    }

    /// Whether there is no name in it, so that it has one value.
    public boolean isConstant() {
        return names.isEmpty();
    }

    /// The value of a formula without names.
    ///
    /// @throws ArithmeticException      if it does not fit 64 bits or divides by zero
    /// @throws IllegalArgumentException if it has names
    public long constant() {
        return evaluate(Map.of());
    }

    /// The value where the names have these values.
    ///
    /// @throws ArithmeticException      if it does not fit 64 bits or divides by zero
    /// @throws IllegalArgumentException if a name has no value
    public long evaluate(Map<String, Long> values) {
        long[] stack = new long[stackSize];
        int top = -1;
        try {
            for (Step step : steps) {
                top = step.apply(stack, top, values);
            }
        } catch (NoSuchElementException e) {
            throw new IllegalArgumentException("'" + e.getMessage() + "' in '" + text + "' has no value");
        } catch (ArithmeticException e) {
            var where = new StringBuilder();
            for (String name : names) {
                where.append(where.isEmpty() ? " for " : ", ").append(name).append(" = ").append(values.get(name));
            }
            throw new ArithmeticException("'" + text + "' has no 64-bit value" + where + ": " + e.getMessage());
        }
        return stack[0];
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof Formula other && other.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// The text it was made from.
    @Override
    public String toString() {
        return text;
    }

    /// One step of the evaluation on a stack: operands come before their operation. Not a switch over the kinds, which would be linked in a process' first call; see `StartUpTest`.
    private sealed interface Step {
        /// Changes the stack. @return where its top is now
        int apply(long[] stack, int top, Map<String, Long> values);

        record Number(long value) implements Step {
            @Override
            public int apply(long[] stack, int top, Map<String, Long> values) {
                stack[top + 1] = value;
                return top + 1;
            }
        }

        record Name(String name) implements Step {
            @Override
            public int apply(long[] stack, int top, Map<String, Long> values) {
                Long value = values.get(name);
                if (value == null) {
                    throw new NoSuchElementException(name);
                }
                stack[top + 1] = value;
                return top + 1;
            }
        }

        enum Operation implements Step {
            ADD, SUBTRACT, MULTIPLY, FLOORDIV, MOD, MAX;

            @Override
            public int apply(long[] stack, int top, Map<String, Long> values) {
                stack[top - 1] = apply(stack[top - 1], stack[top]);
                return top - 1;
            }

            private long apply(long left, long right) {
                return switch (this) {
                    case ADD -> Math.addExact(left, right);
                    case SUBTRACT -> Math.subtractExact(left, right);
                    case MULTIPLY -> Math.multiplyExact(left, right);
                    case FLOORDIV -> Math.floorDivExact(left, right);
                    case MOD -> Math.floorMod(left, right);
                    case MAX -> Math.max(left, right);
                };
            }
        }
    }

    /// Recursive descent that emits the steps; recursion is bounded by the nesting of parentheses.
    private static final class Parser {
        private final String text;
        private final List<String> names = new ArrayList<>();
        private final List<Step> steps = new ArrayList<>();
        private int at;
        private int stack;
        private int stackSize;
        private int depth;

        private Parser(String text) {
            this.text = text;
        }

        private Formula parse() {
            sum();
            if (next() != 0) {
                throw expected("an operator or the end");
            }
            return new Formula(text, names, steps, stackSize);
        }

        private void sum() {
            if (++depth > MAX_DEPTH) {
                throw new IllegalArgumentException("column " + (at + 1) + " of a formula: more than " + MAX_DEPTH + " parentheses deep");
            }
            product();
            while (true) {
                char operator = next();
                if (operator != '+' && operator != '-') {
                    depth--;
                    return;
                }
                at++;
                product();
                emit(operator == '+' ? Step.Operation.ADD : Step.Operation.SUBTRACT);
            }
        }

        private void product() {
            factor();
            while (next() == '*') {
                at++;
                factor();
                emit(Step.Operation.MULTIPLY);
            }
        }

        private void factor() {
            char first = next();
            if (first == '(') {
                at++;
                sum();
                take(')');
            } else if (first == '-') {
                at++;
                negative();
            } else if (isDigit(first)) {
                emit(new Step.Number(number("")));
            } else if (Character.isJavaIdentifierStart(first)) {
                String name = name();
                Step.Operation function = switch (name) {
                    case "floordiv" -> Step.Operation.FLOORDIV;
                    case "mod" -> Step.Operation.MOD;
                    case "max" -> Step.Operation.MAX;
                    default -> null;
                };
                if (function != null && next() == '(') {
                    at++;
                    sum();
                    take(',');
                    sum();
                    take(')');
                    emit(function);
                } else {
                    if (!names.contains(name)) {
                        names.add(name);
                    }
                    emit(new Step.Name(name));
                }
            } else {
                throw expected("a number, a name or '('");
            }
        }

        /// A minus belongs to a number directly, so that the least integer can be written, and negates anything else.
        private void negative() {
            if (isDigit(next())) {
                emit(new Step.Number(number("-")));
            } else {
                if (++depth > MAX_DEPTH) {
                    throw new IllegalArgumentException("column " + (at + 1) + " of a formula: more than " + MAX_DEPTH + " signs deep");
                }
                emit(new Step.Number(0));
                factor();
                emit(Step.Operation.SUBTRACT);
                depth--;
            }
        }

        private long number(String sign) {
            int start = at;
            while (at < text.length() && isDigit(text.charAt(at))) {
                at++;
            }
            try {
                return Long.parseLong(sign + text.substring(start, at));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("column " + (start + 1) + " of the formula '" + shown() + "': the number does not fit 64 bits");
            }
        }

        private String name() {
            int start = at;
            while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
                at++;
            }
            return text.substring(start, at);
        }

        private void emit(Step step) {
            steps.add(step);
            if (step instanceof Step.Operation) {
                stack--;
            } else {
                stackSize = Math.max(stackSize, ++stack);
            }
        }

        /// The next character that is no space, 0 at the end.
        private char next() {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private void take(char wanted) {
            if (next() != wanted) {
                throw expected("'" + wanted + "'");
            }
            at++;
        }

        private IllegalArgumentException expected(String what) {
            String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
            return new IllegalArgumentException("column " + (at + 1) + " of the formula '" + shown() + "': expected " + what + ", found " + found);
        }

        private String shown() {
            return text.length() > 80 ? text.substring(0, 77) + "..." : text;
        }

        private static boolean isDigit(char c) {
            return c >= '0' && c <= '9';
        }
    }
}
