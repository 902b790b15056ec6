/// Measuring compiled functions: time and allocation per call, and what the machine could do at best.
package dev.sinter.compiler.measure;
