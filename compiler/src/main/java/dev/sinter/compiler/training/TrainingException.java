package dev.sinter.compiler.training;

/// A training run that cannot begin or go on, for a reason that the user can mend: data and model do not fit, or the loss is no number any more.
public final class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// A failure with its message.
    public TrainingException(String message) {
        super(message);
    }
}
