package dev.sinter.runtime;

/// An artifact, or a file of weights, that cannot be used: what is wrong, where, and what one can do about it.
public final class ArtifactException extends RuntimeException {

    /// Reports `problem` at the place `where`, and the `remedy` for a person who holds the file.
    public ArtifactException(String where, String problem, String remedy) {
        this(where, problem, remedy, null);
    }

    /// As above, with the exception that revealed it.
    public ArtifactException(String where, String problem, String remedy, Throwable cause) {
        super(where + ": " + problem + "; " + remedy, cause);
    }

    /// The file does not hold what its writer wrote.
    static ArtifactException damaged(String where, String problem) {
        return damaged(where, problem, null);
    }

    /// As above, with the exception that revealed it.
    static ArtifactException damaged(String where, String problem, Throwable cause) {
        return new ArtifactException(where, problem, "the file is damaged or was not written by Sinter: fetch or compile it again", cause);
    }
}
