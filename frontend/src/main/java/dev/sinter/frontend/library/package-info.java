/// Where the standard library is found. What it means is in its `.sinter` files.
package dev.sinter.frontend.library;
