// Device functions that call themselves, and one that is chosen at run time.
#include "check.cuh"
#include <vector>

// Each frame needs its own `digits`: a call must not overwrite its caller's.
__host__ __device__ __noinline__ unsigned branching(unsigned n, unsigned depth) {
    unsigned digits[4];
    for (unsigned i = 0; i < 4; i++) {
        digits[(n + i) % 4] = mix(n * 4 + i);
    }
    if (depth == 0 || n % 7 == 0) {
        return digits[n % 4];
    }
    unsigned left = branching(n / 2, depth - 1);
    unsigned right = branching(n + left % 5, depth - 1);
    return left + 3 * right + digits[(left ^ right) % 4];
}

__host__ __device__ unsigned add(unsigned a, unsigned b) { return a + b; }
__host__ __device__ unsigned multiply(unsigned a, unsigned b) { return a * b; }
__host__ __device__ unsigned exclude(unsigned a, unsigned b) { return a ^ b; }

typedef unsigned (*Operation)(unsigned, unsigned);
__device__ Operation operations[] = {add, multiply, exclude};
static const Operation host_operations[] = {add, multiply, exclude};

__global__ void recursion(unsigned *out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        out[i] = operations[i % 3](branching(i, 5), i);
    }
}

int main() {
    const int n = 1000;
    CHECK(cudaDeviceSetLimit(cudaLimitStackSize, 4096));
    Device<unsigned> out(n);
    recursion<<<(n + 95) / 96, 96>>>(out.data, n);
    CHECK(cudaGetLastError());
    std::vector<unsigned> result(n);
    out.read(result.data());

    size_t wrong = 0;
    for (int i = 0; i < n; i++) {
        wrong += result[i] != host_operations[i % 3](branching(i, 5), i);
    }
    return verdict("recursion", wrong, n);
}
