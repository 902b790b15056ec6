/// Chooses the order in which the axes of values are stored.
///
/// Nothing here knows what a convolution is, nor any target: axes move because a contraction makes its result in an order of its own, or reads an image better
/// in another one. What a value means does not change, only where its elements lie; sums may be taken in another order.
package dev.sinter.passes.layout;
