/// The driver: runs the pipeline from a source to an artifact. It decides nothing about how code is made; it knows in which order the modules are asked.
package dev.sinter.compiler;
