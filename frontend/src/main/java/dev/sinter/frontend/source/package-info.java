/// Source text and places in it. Nothing here knows the language.
package dev.sinter.frontend.source;
