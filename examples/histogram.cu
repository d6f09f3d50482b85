// Counts bytes: atomics on counters in shared memory, then one global atomic per counter and block.
#include "check.cuh"
#include <vector>

constexpr int BINS = 256;

__global__ void histogram(const unsigned char *in, int n, unsigned *bins) {
    __shared__ unsigned local_bins[BINS];
    for (int bin = threadIdx.x; bin < BINS; bin += blockDim.x) {
        local_bins[bin] = 0;
    }
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        atomicAdd(&local_bins[in[i]], 1u);
    }
    __syncthreads();
    for (int bin = threadIdx.x; bin < BINS; bin += blockDim.x) {
        if (local_bins[bin] != 0) {
            atomicAdd(&bins[bin], local_bins[bin]);
        }
    }
}

int main() {
    const int n = 100'000;
    std::vector<unsigned char> data(n);
    std::vector<unsigned> expected(BINS), bins(BINS);
    for (int i = 0; i < n; i++) {
        // The product of two makes small values common and many lanes of a warp meet at one counter.
        data[i] = (mix(i) % 256) * (mix(i + n) % 256) / 256;
        expected[data[i]]++;
    }
    Device<unsigned char> dev_data(data.data(), n);
    Device<unsigned> dev_bins(BINS);
    dev_bins.clear();
    histogram<<<24, 192>>>(dev_data.data, n, dev_bins.data);
    CHECK(cudaGetLastError());
    dev_bins.read(bins.data());

    size_t wrong = 0;
    for (int bin = 0; bin < BINS; bin++) {
        wrong += bins[bin] != expected[bin];
    }
    return verdict("histogram", wrong, BINS);
}
