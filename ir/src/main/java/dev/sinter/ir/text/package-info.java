/// The text form of graphs: a printer, and a parser that reads back what it prints. Nothing here knows what an op means; how each op is written
/// is one line of [dev.sinter.ir.text.OpForms].
package dev.sinter.ir.text;
