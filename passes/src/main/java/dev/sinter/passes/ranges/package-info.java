/// What is known of the numbers in a tensor before it is computed. Nothing here changes a graph, or knows loops.
package dev.sinter.passes.ranges;
