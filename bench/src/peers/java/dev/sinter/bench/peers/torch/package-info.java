/// libtorch, called from Java through JavaCPP: TorchScript, the functions of its C++ interface, and the fused operators with packed weights that PyTorch's own compiler calls. Tensors are
/// released at the end of each call, never by the garbage collector.
package dev.sinter.bench.peers.torch;
