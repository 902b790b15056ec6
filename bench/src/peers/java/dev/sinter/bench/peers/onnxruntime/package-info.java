/// ONNX Runtime as a contender.
package dev.sinter.bench.peers.onnxruntime;
