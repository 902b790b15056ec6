/// The `sinter` command: one class per subcommand. A command parses its arguments, calls the driver, and prints; it computes nothing itself.
///
/// Exit codes: 0 it worked; 1 the input is wrong (a model, an artifact, data, a failed example); 2 the command line is wrong; 3 the environment
/// lacks something; 70 a bug of Sinter. Results go to standard output, progress and messages to standard error.
package dev.sinter.compiler.command;
