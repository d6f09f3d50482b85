// C = A·B with tiles in shared memory; no side of a matrix is a multiple of the tile.
#include "check.cuh"
#include <vector>

constexpr int TILE = 16;

__global__ void matmul_tiled(const float *a, const float *b, float *c, int m, int n, int k) {
    __shared__ float tile_a[TILE][TILE];
    __shared__ float tile_b[TILE][TILE];
    int row = blockIdx.y * TILE + threadIdx.y;
    int column = blockIdx.x * TILE + threadIdx.x;
    float sum = 0.0f;
    for (int first = 0; first < k; first += TILE) {
        int ka = first + threadIdx.x;
        int kb = first + threadIdx.y;
        tile_a[threadIdx.y][threadIdx.x] = row < m && ka < k ? a[row * k + ka] : 0.0f;
        tile_b[threadIdx.y][threadIdx.x] = kb < k && column < n ? b[kb * n + column] : 0.0f;
        __syncthreads();
        for (int i = 0; i < TILE; i++) {
            sum += tile_a[threadIdx.y][i] * tile_b[i][threadIdx.x];
        }
        __syncthreads();
    }
    if (row < m && column < n) {
        c[row * n + column] = sum;
    }
}

int main() {
    const int m = 75, n = 90, k = 110;
    std::vector<float> a(m * k), b(k * n), c(m * n);
    // Small integers: every sum is exact, in whatever order and with or without fused multiply-add.
    for (int i = 0; i < m * k; i++) {
        a[i] = float(int(mix(i) % 19) - 9);
    }
    for (int i = 0; i < k * n; i++) {
        b[i] = float(int(mix(~i) % 19) - 9);
    }
    Device<float> da(a.data(), a.size()), db(b.data(), b.size()), dc(c.size());
    dim3 grid((n + TILE - 1) / TILE, (m + TILE - 1) / TILE);
    matmul_tiled<<<grid, dim3(TILE, TILE)>>>(da.data, db.data, dc.data, m, n, k);
    CHECK(cudaGetLastError());
    dc.read(c.data());

    size_t wrong = 0;
    for (int row = 0; row < m; row++) {
        for (int column = 0; column < n; column++) {
            float sum = 0.0f;
            for (int i = 0; i < k; i++) {
                sum += a[row * k + i] * b[i * n + column];
            }
            wrong += c[row * n + column] != sum;
        }
    }
    return verdict("matmul_tiled", wrong, c.size());
}
