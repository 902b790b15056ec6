/// A runner for folders of oracle cases: values and derivatives that were computed elsewhere. Each case is put into the model language by a
/// template, runs on the interpreter and on both compiled backends, and is compared by the conventions of the folder's format.
package dev.sinter.oracle;
