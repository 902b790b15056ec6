/// Several systems carry out the same computations, in processes of their own, in alternation: agreement first, then times, then a table. Nothing here knows a system; Sinter itself is in
/// `dev.sinter.bench.sinter`, the others behind the Maven profile `peers`.
package dev.sinter.bench.contest;
