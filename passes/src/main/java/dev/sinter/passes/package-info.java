/// What a compiler does to a module, in which order: the pipelines, and the runner that times, checks and observes them.
///
/// A pass lives in a package of its own and knows nothing of this one; only [dev.sinter.passes.Pipelines] knows which passes there are.
package dev.sinter.passes;
