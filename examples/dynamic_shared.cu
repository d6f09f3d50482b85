// Shared memory whose size is chosen at launch, up to more than the 48 KiB that need no permission.
#include "check.cuh"
#include <vector>

// Reverses the block's piece of `values` by way of shared memory; flags behind the values count the visits.
__global__ void dynamic_shared(double *values, int *visits, int n) {
    __shared__ int base;
    extern __shared__ double piece[];
    char *flags = reinterpret_cast<char *>(piece + n);
    if (threadIdx.x == 0) {
        base = blockIdx.x * n;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        piece[i] = values[base + i];
        flags[i] = 1;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        values[base + i] = piece[n - 1 - i];
        atomicAdd(&visits[blockIdx.x], flags[n - 1 - i]);
    }
}

static size_t reverse(int n, int blocks) {
    std::vector<double> values(n * blocks);
    std::vector<int> visits(blocks);
    for (size_t i = 0; i < values.size(); i++) {
        values[i] = double(mix(i));
    }
    Device<double> dev_values(values.data(), values.size());
    Device<int> dev_visits(blocks);
    dev_visits.clear();
    dynamic_shared<<<blocks, 128, n * (sizeof(double) + 1)>>>(dev_values.data, dev_visits.data, n);
    CHECK(cudaGetLastError());
    dev_values.read(values.data());
    dev_visits.read(visits.data());
    size_t wrong = 0;
    for (int block = 0; block < blocks; block++) {
        wrong += visits[block] != n;
        for (int i = 0; i < n; i++) {
            wrong += values[block * n + i] != double(mix(block * n + n - 1 - i));
        }
    }
    return wrong;
}

int main() {
    size_t wrong = reverse(300, 5);
    // 63,000 bytes: too many without asking.
    dynamic_shared<<<1, 128, 63'000>>>(nullptr, nullptr, 0);
    wrong += cudaGetLastError() != cudaErrorInvalidValue;
    CHECK(cudaFuncSetAttribute(dynamic_shared, cudaFuncAttributeMaxDynamicSharedMemorySize, 63'000));
    wrong += reverse(7000, 3);
    return verdict("dynamic_shared", wrong, 300 * 5 + 7000 * 3 + 8 + 1);
}
