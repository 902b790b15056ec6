/// oneDNN, called from Java through JavaCPP: kernels in the layouts that it chooses itself, with weights packed and memory laid out beforehand.
package dev.sinter.bench.peers.onednn;
