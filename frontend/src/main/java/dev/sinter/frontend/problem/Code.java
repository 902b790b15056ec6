package dev.sinter.frontend.problem;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The codes of problems. A code is never reused; each has a page, `explain/CODE.md`, with an example that yields it.
public enum Code {
    /// A token where the grammar wants another.
    S0101,
    /// A character that the language does not use.
    S0102,
    /// A text or comment without its end.
    S0103,
    /// A number that does not fit.
    S0104,
    /// Nesting too deep.
    S0105,
    /// An escape that texts do not have.
    S0106,
    /// A name that is too long.
    S0107,

    /// A name that nothing bears.
    S0201,
    /// A name given twice.
    S0202,
    /// An import of a file that is not there.
    S0203,
    /// A member that the thing does not have.
    S0204,
    /// A type that is not there.
    S0205,
    /// No model to compile.
    S0206,
    /// Imports in a circle.
    S0207,
    /// A declaration that this place does not allow.
    S0208,

    /// Too many arguments.
    S0301,
    /// An argument is missing.
    S0302,
    /// A named argument that the function does not take.
    S0303,
    /// An argument given twice.
    S0304,
    /// Something called that is no function.
    S0305,
    /// Calls without end.
    S0306,

    /// Element types that do not go together.
    S0401,
    /// A kind of value where another is wanted.
    S0402,
    /// An element type that the operation does not take.
    S0403,
    /// A condition that is not a truth value.
    S0404,
    /// Branches of different types.
    S0405,
    /// The type of an input is not known.
    S0406,
    /// A result of another type than declared.
    S0407,
    /// A value that must be known at compile time.
    S0408,

    /// Shapes that do not broadcast.
    S0501,
    /// Inner dims of a product that differ.
    S0502,
    /// An argument of another shape than declared.
    S0503,
    /// An axis that the array does not have.
    S0504,
    /// More subscripts than axes.
    S0505,
    /// A subscript or slice out of range.
    S0506,
    /// A reshape that changes the number of elements.
    S0507,
    /// A dim that no input binds.
    S0508,
    /// Rows of different length.
    S0509,
    /// Arrays that cannot be joined.
    S0510,
    /// A dim that is not usable as an extent.
    S0511,
    /// Operands that an operation does not take.
    S0512,
    /// An array so large that its size cannot be counted.
    S0513,

    /// An index of unknown extent.
    S0601,
    /// An index with two extents.
    S0602,
    /// A subscript that is not affine.
    S0603,
    /// An index of the left side that the right side does not use.
    S0604,

    /// The gradient of something that is not a scalar.
    S0701,
    /// A derivative with respect to something that is not a real array.
    S0702,
    /// A state variable set where that cannot be carried out.
    S0703,
    /// A derivative that does not exist; found when derivatives are carried out, after the frontend is done.
    S0704,

    /// `minimise` outside a train function.
    S0801,
    /// Nothing to train.
    S0802,
    /// Not an optimiser.
    S0803,
    /// An assignment to something that is not a state variable.
    S0804,
    /// An error in the training block.
    S0805,
    /// An initialiser that does not give the variable's shape.
    S0806,

    /// A variable that changes its type from one round of a loop to the next.
    S0901,
    /// A loop that is unrolled too often.
    S0902;

    /// The page that explains this code, in Markdown.
    public String explanation() {
        String file = "/explain/" + name() + ".md";
        try (var in = Code.class.getResourceAsStream(file)) {
            if (in == null) throw new IllegalStateException("the explanation " + file + " is missing");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
