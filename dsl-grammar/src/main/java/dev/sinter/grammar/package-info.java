/// The concrete syntax. The grammar is in `SinterLexer.g4` and `SinterParser.g4`; the two classes here hold what a grammar cannot
/// say: which line breaks count, and how far to look for a reduction. Nothing here knows what a program means.
package dev.sinter.grammar;
