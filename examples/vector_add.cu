// Adds two vectors; the last block is only partly used.
#include "check.cuh"
#include <vector>

__global__ void vector_add(const float *a, const float *b, float *c, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        c[i] = a[i] + b[i];
    }
}

int main() {
    const int n = 50'003;
    std::vector<float> a(n), b(n), c(n);
    for (int i = 0; i < n; i++) {
        a[i] = 0.5f * i;
        b[i] = 1000.0f - i;
    }
    Device<float> da(a.data(), n), db(b.data(), n), dc(n);
    vector_add<<<(n + 255) / 256, 256>>>(da.data, db.data, dc.data, n);
    CHECK(cudaGetLastError());
    dc.read(c.data());

    size_t wrong = 0;
    for (int i = 0; i < n; i++) {
        wrong += c[i] != a[i] + b[i];
    }
    return verdict("vector_add", wrong, n);
}
