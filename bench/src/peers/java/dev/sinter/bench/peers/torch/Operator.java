package dev.sinter.bench.peers.torch;

import java.util.Arrays;
import org.bytedeco.pytorch.Argument;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Operation;
import org.bytedeco.pytorch.OperatorName;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// An operator that has no function in libtorch's C++ interface.
final class Operator {
    private final org.bytedeco.pytorch.Operator operator;
    private final Operation operation;

    /// @param name with its namespace: `mkldnn::_linear_pointwise`
    Operator(String name, String overload) {
        operator = torch.findOperatorFor(new OperatorName(name, overload));
        if (operator == null) {
            throw new IllegalStateException("libtorch has no operator " + name);
        }
        operation = operator.getOperation();
    }

    /// Calls the operator, for its one result.
    Tensor call(IValue... arguments) {
        IValueVector stack = apply(arguments);
        return new Tensor(stack.get(0).toTensor());
    }

    /// Calls the operator; the results are what is left.
    IValueVector apply(IValue... arguments) {
        var stack = new IValueVector(arguments);
        operation.apply(stack);
        return stack;
    }

    /// A list for an argument, of the type that it has there.
    IValue list(int argument, Tensor... tensors) {
        Argument declared = operator.schema().arguments().getPointer(argument);
        var list = new GenericList(declared.type().get().containedType(0));
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor));
        }
        return new IValue(list);
    }

    /// A list of whole numbers. TorchScript makes it, since JavaCPP cannot.
    static IValue integers(long... numbers) {
        var unit = torch.compile("def numbers() -> List[int]:\n  return " + Arrays.toString(numbers) + "\n");
        return unit.get_function(new QualifiedName("numbers")).apply(new IValueVector());
    }

    /// The absence of an argument.
    static IValue none() {
        return new IValue();
    }
}
