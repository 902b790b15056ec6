package dev.sinter.compiler.command;

/// A mistake that the user can mend: printed as `error: …` with exit code 1, never with a stack trace.
final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UserError(String message) {
        super(message);
    }
}
