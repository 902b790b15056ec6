/// Loads artifacts and calls them, with the JDK alone.
///
/// - Nothing here knows that a compiler exists, or what an operator is: a function is a table of dims and buffers and an
///   entry point. [dev.sinter.runtime.Code] and [dev.sinter.runtime.Team] are all that generated code sees.
/// - [dev.sinter.runtime.Manifest] is the one definition of the artifact's format. What it cannot say cannot be called.
/// - Nothing of an artifact is used before its checksum is verified, and no native code is loaded before; no file, shape,
///   type or thread of a caller's can make the JVM crash: there is an exception, or a result.
/// - No call is half done for a reason that could be known before: everything is checked first, then the code runs.
/// - A call through a session with the shapes of the call before allocates nothing.
/// - Memory has one owner: the caller's tensors, the model's state and constants, the session's arena. None is freed while
///   a call uses it.
/// - No thread spins when there is no call.
package dev.sinter.runtime;
