package dev.sinter.compiler.data;

/// Data that cannot be read or does not fit. The message names the file, the place and a remedy.
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// A failure with its message.
    public DataException(String message) {
        super(message);
    }

    /// A failure with its message and what the system said.
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
