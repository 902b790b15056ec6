/// Benchmarks: compiled functions under JMH, and (in `contest`, `workload`, and behind the profile `peers`) beside other systems. Nothing here is a test.
package dev.sinter.bench;
