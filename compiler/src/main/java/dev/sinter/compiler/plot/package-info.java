/// Pictures for people: drawn by a charting library, from plain numbers.
package dev.sinter.compiler.plot;
