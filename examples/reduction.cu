// Sums numbers: shuffles within a warp, shared memory within a block, one atomicAdd per block at the end.
#include "check.cuh"
#include <vector>

template <class T> __device__ T sum_of_warp(T value) {
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_down_sync(0xffffffffu, value, distance);
    }
    return value;
}

template <class T> __device__ void sum_of_grid(const T *in, int n, T *out) {
    __shared__ T partial[32];
    T sum = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        sum += in[i];
    }
    sum = sum_of_warp(sum);
    if (threadIdx.x % 32 == 0) {
        partial[threadIdx.x / 32] = sum;
    }
    __syncthreads();
    if (threadIdx.x < 32) {
        sum = sum_of_warp(threadIdx.x < blockDim.x / 32 ? partial[threadIdx.x] : T(0));
        if (threadIdx.x == 0) {
            atomicAdd(out, sum);
        }
    }
}

__global__ void sum_floats(const float *in, int n, float *out) { sum_of_grid(in, n, out); }
__global__ void sum_integers(const unsigned long long *in, int n, unsigned long long *out) { sum_of_grid(in, n, out); }

int main() {
    const int n = 100'001;
    std::vector<float> floats(n);
    std::vector<unsigned long long> integers(n);
    float float_sum = 0.0f;
    unsigned long long integer_sum = 0;
    for (int i = 0; i < n; i++) {
        // Sums stay below 2^24, so that they are exact in any order.
        float_sum += floats[i] = float(mix(i) % 100);
        integer_sum += integers[i] = mix(i) * 0x1'0000'0001ull;
    }
    Device<float> dev_floats(floats.data(), n), dev_float_sum(1);
    Device<unsigned long long> dev_integers(integers.data(), n), dev_integer_sum(1);
    dev_float_sum.clear();
    dev_integer_sum.clear();
    sum_floats<<<40, 256>>>(dev_floats.data, n, dev_float_sum.data);
    sum_integers<<<40, 192>>>(dev_integers.data, n, dev_integer_sum.data);
    CHECK(cudaGetLastError());
    float float_result;
    unsigned long long integer_result;
    dev_float_sum.read(&float_result);
    dev_integer_sum.read(&integer_result);
    return verdict("reduction", (float_result != float_sum) + (integer_result != integer_sum), 2);
}
