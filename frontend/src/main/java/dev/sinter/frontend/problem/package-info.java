/// What can be wrong with a source: facts in `Problem`, prose layout in `Render`, the machine form in `Json`, an explanation page per `Code`.
/// Nothing here looks for problems.
package dev.sinter.frontend.problem;
