package dev.sinter.passes.rewrite;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.Unary;
import dev.sinter.ir.graph.Value;
import java.util.List;
import java.util.function.Function;

/// Products of which a processor keeps all of the left matrix near while it goes through the right one: a step of a recurrent layer, forwards or backwards. By quarters, such a product is one kernel with
/// what follows it, and no sum of quarters is ever far away.
public final class ThinProduct {
    /// More parts leave no registers for rows.
    private static final long MOST_PARTS = 6;
    /// Elements of sums of a matrix's quarters that stay in the second-level cache of each member of a team.
    private static final double NEAR = 64 * 1024;
    /// Rows so few that sums which go through memory would take as long as what multiplying less saves.
    private static final long FEW_ROWS = 32;

    private ThinProduct() { }

    /// Whether a product is thin: its rows are few, or its columns are the gates of a recurrent layer, and the sums of its left matrix are few.
    ///
    /// @param left  the elements of its left matrix
    /// @param users who reads a value
    public static boolean is(Value product, double left, Function<Value, List<Value>> users) {
        return product.rank() == 2 && left * 7 / 4 <= NEAR && (product.dim(0).isConstant() && product.dim(0).value() <= FEW_ROWS || parts(product, users) > 1);
    }

    /// Into how many equal parts the columns of a matrix are cut by what follows it, elementwise values between them; 0 if they are not.
    private static long parts(Value matrix, Function<Value, List<Value>> users) {
        for (Value user : users.apply(matrix)) {
            long count = switch (user.op()) {
                case Slice s when s.axis() == matrix.rank() - 1 -> parts(s);
                case Unary _, Binary _ when user.shape().equals(matrix.shape()) -> parts(user, users);
                default -> 0;
            };
            if (count > 1) {
                return count;
            }
        }
        return 0;
    }

    private static long parts(Slice s) {
        long all = s.x().dim(s.axis()).known().orElse(0);
        long size = s.size().known().orElse(0);
        boolean isPart = size > 0 && s.stride() == 1 && all % size == 0 && all / size <= MOST_PARTS && s.start().isConstant() && s.start().value() % size == 0;
        return isPart ? all / size : 0;
    }
}
