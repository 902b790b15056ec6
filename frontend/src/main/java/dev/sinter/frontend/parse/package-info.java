/// From text to syntax: the only package that knows ANTLR and the grammar. No class here knows what a name means.
package dev.sinter.frontend.parse;
