package dev.sinter.passes;

/// A constraint on the order of passes: wherever both are in a pipeline, each `first` stands before each `then`.
///
/// @param why what would go wrong otherwise
public record Before(String first, String then, String why) { }
