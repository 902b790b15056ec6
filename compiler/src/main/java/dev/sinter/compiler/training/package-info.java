/// Training: the functions of a loaded artifact, called on batches of data in the alternation that the model's `training` block states.
///
/// Nothing here compiles or prints. A run depends on the seed alone: the order of the rows in an epoch is a function of the seed and the epoch, so a
/// run that is resumed from its saved state goes on to the bit as if it had not stopped. The trainer itself allocates nothing in a step.
package dev.sinter.compiler.training;
