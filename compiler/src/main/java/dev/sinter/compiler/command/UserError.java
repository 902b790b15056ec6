package dev.sinter.compiler.command;

/// A mistake that the user can mend: printed as `error: …`, never with a stack trace.
final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /// Something is wrong with a file or a value.
    UserError(String message) {
        this(message, Sinter.WRONG_INPUT);
    }

    private UserError(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /// The command line itself is wrong: a name that there is not, options that exclude each other.
    static UserError use(String message) {
        return new UserError(message, Sinter.WRONG_USE);
    }

    int exitCode() {
        return exitCode;
    }
}
