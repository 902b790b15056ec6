package dev.sinter.runtime;

/// A call that cannot be made as asked: a wrong number, name, type or shape of tensors, memory that may not be used,
/// or a session in use. Nothing was computed and no state was changed. It is also what is thrown if the code of an altered artifact reaches beyond
/// its buffers; then state that it writes is not to be used any more.
public final class CallException extends RuntimeException {

    /// Reports `problem` with the call of `function`.
    public CallException(String function, String problem) {
        super(function + ": " + problem);
    }

    /// As above, with the exception that revealed it.
    public CallException(String function, String problem, Throwable cause) {
        super(function + ": " + problem, cause);
    }
}
