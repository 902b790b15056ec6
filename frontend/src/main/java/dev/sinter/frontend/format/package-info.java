/// The one layout of sources. Nothing here knows more of the language than its words.
package dev.sinter.frontend.format;
