/// Element types, dims and shapes, shared by the graph and the loop language. Everything here is an immutable value.
package dev.sinter.ir.type;
