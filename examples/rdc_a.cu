// First half of a program of two files (-rdc=true): the kernel. Its functions and variables are in rdc_b.cu.
#include "check.cuh"
#include <vector>

extern __device__ unsigned twist(unsigned x, unsigned rounds);
extern __device__ unsigned calls;
extern __constant__ unsigned keys[4];
__device__ unsigned salt = 5; // read by the other file

__global__ void rdc(unsigned *out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        out[i] = twist(i, i % 4) + keys[i % 4];
        atomicAdd(&calls, 1u);
    }
}

static unsigned twist_on_host(unsigned x, unsigned rounds) {
    return rounds == 0 ? x * 5 : twist_on_host(mix(x), rounds - 1) ^ rounds;
}

int main() {
    const int n = 2000;
    Device<unsigned> out(n);
    rdc<<<(n + 127) / 128, 128>>>(out.data, n);
    CHECK(cudaGetLastError());
    std::vector<unsigned> result(n);
    out.read(result.data());
    unsigned count;
    CHECK(cudaMemcpyFromSymbol(&count, calls, sizeof count));

    size_t wrong = count != n;
    for (int i = 0; i < n; i++) {
        wrong += result[i] != twist_on_host(i, i % 4) + 11 * (i % 4 + 1);
    }
    return verdict("rdc", wrong, n + 1);
}
