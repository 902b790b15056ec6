/// Concrete tensors: constants of graphs and values of the reference interpreter. Knows types and nothing else.
package dev.sinter.ir.array;
