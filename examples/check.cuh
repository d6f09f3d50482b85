// What every example needs: an end with a clear text when a CUDA call fails, and a verdict.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cuda_runtime.h>

#define CHECK(call) check_call((call), #call, __FILE__, __LINE__)

inline void check_call(cudaError_t error, const char *call, const char *file, int line) {
    if (error != cudaSuccess) {
        std::printf("FAILED: %s: %s (%s:%d)\n", call, cudaGetErrorString(error), file, line);
        std::exit(1);
    }
}

// Ends `main`: prints the program's one line and gives its exit status.
inline int verdict(const char *what, std::size_t wrong, std::size_t total) {
    if (wrong == 0) {
        std::printf("ok: %s, %zu results\n", what, total);
        return 0;
    }
    std::printf("FAILED: %s, %zu of %zu results are wrong\n", what, wrong, total);
    return 1;
}

// A small hash, the source of all test data: the same on host and device, and no two runs differ.
__host__ __device__ inline uint32_t mix(uint32_t x) {
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    return x ^ (x >> 16);
}

// An array in device memory.
template <class T> struct Device {
    T *data = nullptr;
    std::size_t count;

    explicit Device(std::size_t n) : count(n) { CHECK(cudaMalloc(&data, n * sizeof(T))); }
    Device(const T *host, std::size_t n) : Device(n) {
        CHECK(cudaMemcpy(data, host, n * sizeof(T), cudaMemcpyHostToDevice));
    }
    Device(const Device &) = delete;
    ~Device() { cudaFree(data); }

    void clear() { CHECK(cudaMemset(data, 0, count * sizeof(T))); }
    void read(T *host) const { CHECK(cudaMemcpy(host, data, count * sizeof(T), cudaMemcpyDeviceToHost)); }
};
