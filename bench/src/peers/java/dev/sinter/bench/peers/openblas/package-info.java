/// OpenBLAS, called from Java through JavaCPP.
package dev.sinter.bench.peers.openblas;
