// Allocates memory in a stream that is being captured, which would become a node of a graph.
#include <cstdio>

int main()
{
    cudaStream_t stream;
    cudaStreamCreate(&stream);
    cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal);
    void *memory;
    printf("%s\n", cudaGetErrorName(cudaMallocAsync(&memory, 64, stream)));
}
