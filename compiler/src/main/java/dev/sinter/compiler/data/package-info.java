/// Data for training: rows of named columns, read from tables, image files and text, or drawn.
///
/// Nothing here knows a compiler. A reader fails with a [dev.sinter.compiler.data.DataException] that names the file, the place and what was expected.
package dev.sinter.compiler.data;
