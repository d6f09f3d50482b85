// y = a·x + y over a million elements, or as many as the first argument says.
#include "check.cuh"
#include <cmath>
#include <vector>

__global__ void saxpy(int n, float a, const float *x, float *y) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        y[i] = fmaf(a, x[i], y[i]);
    }
}

int main(int argc, char **argv) {
    const int n = argc > 1 ? std::atoi(argv[1]) : 1 << 20;
    const float a = 1.0f / 3.0f;
    std::vector<float> x(n), y(n), result(n);
    for (int i = 0; i < n; i++) {
        x[i] = (mix(i) % 20'001) * 1e-2f - 100.0f;
        y[i] = (mix(i + n) % 20'001) * 1e-2f - 100.0f;
    }
    Device<float> dx(x.data(), n), dy(y.data(), n);
    saxpy<<<(n + 255) / 256, 256>>>(n, a, dx.data, dy.data);
    CHECK(cudaGetLastError());
    dy.read(result.data());

    size_t wrong = 0;
    for (int i = 0; i < n; i++) {
        wrong += result[i] != std::fmaf(a, x[i], y[i]);
    }
    return verdict("saxpy", wrong, n);
}
