/// What goes into the frontend beside a source, and what comes out of it: the checked model as graphs, its examples, its training plan. Plain data.
package dev.sinter.frontend.checked;
