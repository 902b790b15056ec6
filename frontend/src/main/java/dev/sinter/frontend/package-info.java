/// The way in: `Frontend.compile` turns a source into a `CheckedModel`, or into problems. Nothing here knows loops, targets or the
/// formulas of derivatives.
package dev.sinter.frontend;
