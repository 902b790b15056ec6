/// The abstract syntax: immutable records with spans. Nothing here resolves a name or knows a shape.
package dev.sinter.frontend.ast;
