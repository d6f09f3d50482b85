// __constant__, __device__ and __managed__ variables, from both sides.
#include "check.cuh"
#include <vector>

constexpr int N = 500;

__constant__ int weights[8] = {1, 2, 3, 4, 5, 6, 7, 8};
__device__ unsigned counter = 1000;
__device__ int hidden[4] = {10, 20, 30, 40};
__device__ int *pointer_to_hidden = &hidden[1];
__managed__ int shared_by_both[N];
__managed__ float factor = 2.0f;

__global__ void variables(int *out) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < N) {
        atomicInc(&counter, 0xffffffffu);
        out[i] = weights[i % 8] * 100 + pointer_to_hidden[i % 3];
        shared_by_both[i] = int(shared_by_both[i] * factor) + 1;
    }
}

int main() {
    Device<int> out(N);
    std::vector<int> result(N);
    size_t wrong = 0;
    for (int i = 0; i < N; i++) {
        shared_by_both[i] = i;
    }
    // With the initial values.
    variables<<<(N + 63) / 64, 64>>>(out.data);
    CHECK(cudaDeviceSynchronize());
    out.read(result.data());
    for (int i = 0; i < N; i++) {
        wrong += result[i] != (i % 8 + 1) * 100 + (i % 3 + 2) * 10;
        wrong += shared_by_both[i] != 2 * i + 1;
    }
    // With others.
    int new_weights[8];
    for (int i = 0; i < 8; i++) {
        new_weights[i] = -i;
    }
    int one = 77;
    CHECK(cudaMemcpyToSymbol(weights, new_weights, sizeof new_weights));
    CHECK(cudaMemcpyToSymbol(hidden, &one, sizeof one, 2 * sizeof(int)));
    factor = 0.5f;
    variables<<<(N + 63) / 64, 64>>>(out.data);
    CHECK(cudaDeviceSynchronize());
    out.read(result.data());
    const int now_hidden[3] = {20, 77, 40};
    for (int i = 0; i < N; i++) {
        wrong += result[i] != -(i % 8) * 100 + now_hidden[i % 3];
        wrong += shared_by_both[i] != (2 * i + 1) / 2 + 1;
    }
    unsigned count;
    void *address;
    size_t size;
    CHECK(cudaMemcpyFromSymbol(&count, counter, sizeof count));
    CHECK(cudaGetSymbolAddress(&address, hidden));
    CHECK(cudaGetSymbolSize(&size, hidden));
    wrong += count != 1000 + 2 * N;
    wrong += address == nullptr || size != sizeof hidden;
    return verdict("variables", wrong, 4 * N + 2);
}
