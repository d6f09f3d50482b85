// C = A·B with inline PTX: copies to shared memory that run ahead (cp.async), ldmatrix, and mma.sync on halves.
#include "check.cuh"
#include <cstdint>
#include <cuda_fp16.h>
#include <vector>

// A block of four warps computes 64 by 64 elements, a warp 32 by 32 of them.
constexpr int TILE = 64, DEPTH = 32, STAGES = 3;

__device__ uint32_t shared_address(const void *pointer) {
    return uint32_t(__cvta_generic_to_shared(pointer));
}

// Sixteen bytes to shared memory.
__device__ void copy(void *to, const void *from) {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared_address(to)), "l"(from) : "memory");
#else
    *static_cast<int4 *>(to) = *static_cast<const int4 *>(from);
#endif
}

__device__ void end_group() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// Until all groups of copies but the last have arrived.
__device__ void wait_for_groups() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_group %0;" ::"n"(STAGES - 2) : "memory");
#endif
}

__device__ void load_matrices(uint32_t (&to)[4], const half *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(shared_address(row))
                 : "memory");
}

__device__ void load_transposed(uint32_t (&to)[4], const half *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(shared_address(row))
                 : "memory");
}

__device__ void multiply(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
#if __CUDA_ARCH__ >= 800
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(b0));
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[2]), "r"(a[3]), "r"(b1));
#endif
}

// Rows are 16 bytes longer than needed, so that the rows of a small matrix lie in different banks.
struct Stage {
    half a[TILE][DEPTH + 8];
    half b[DEPTH][TILE + 8];
};

__global__ void tensor_mma(const half *a, const half *b, float *c, int n, int k) {
    extern __shared__ __align__(16) unsigned char memory[];
    Stage *stages = reinterpret_cast<Stage *>(memory);
    int row = blockIdx.y * TILE, column = blockIdx.x * TILE;
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;

    auto fetch = [&](int step) {
        if (step * DEPTH < k) {
            Stage &stage = stages[step % STAGES];
            for (int i = threadIdx.x; i < TILE * DEPTH / 8; i += blockDim.x) {
                int y = i / (DEPTH / 8), x = i % (DEPTH / 8) * 8;
                copy(&stage.a[y][x], &a[(row + y) * k + step * DEPTH + x]);
            }
            for (int i = threadIdx.x; i < DEPTH * TILE / 8; i += blockDim.x) {
                int y = i / (TILE / 8), x = i % (TILE / 8) * 8;
                copy(&stage.b[y][x], &b[(step * DEPTH + y) * n + column + x]);
            }
        }
        end_group();
    };

    float sum[2][4][4] = {};
    for (int step = 0; step < STAGES - 1; step++) {
        fetch(step);
    }
    for (int step = 0; step * DEPTH < k; step++) {
        wait_for_groups();
        __syncthreads();
        fetch(step + STAGES - 1);
        const Stage &stage = stages[step % STAGES];
        for (int inner = 0; inner < DEPTH; inner += 16) {
            uint32_t of_a[2][4], of_b[2][4];
            for (int i = 0; i < 2; i++) {
                // Four matrices: the upper and lower 8 rows, then the same 8 columns further.
                load_matrices(of_a[i], &stage.a[warp / 2 * 32 + i * 16 + lane % 16][inner + lane / 16 * 8]);
                load_transposed(of_b[i], &stage.b[inner + lane % 16][warp % 2 * 32 + i * 16 + lane / 16 * 8]);
            }
            for (int i = 0; i < 2; i++) {
                for (int j = 0; j < 4; j++) {
                    multiply(sum[i][j], of_a[i], of_b[j / 2][j % 2 * 2], of_b[j / 2][j % 2 * 2 + 1]);
                }
            }
        }
    }
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            int y = row + warp / 2 * 32 + i * 16 + lane / 4, x = column + warp % 2 * 32 + j * 8 + lane % 4 * 2;
            c[y * n + x] = sum[i][j][0];
            c[y * n + x + 1] = sum[i][j][1];
            c[(y + 8) * n + x] = sum[i][j][2];
            c[(y + 8) * n + x + 1] = sum[i][j][3];
        }
    }
}

int main() {
    const int m = 128, n = 192, k = 160;
    std::vector<half> a(m * k), b(k * n);
    std::vector<float> c(m * n);
    // Small integers: every sum is exact, in whatever order.
    for (int i = 0; i < m * k; i++) {
        a[i] = __float2half(float(int(mix(i) % 19) - 9));
    }
    for (int i = 0; i < k * n; i++) {
        b[i] = __float2half(float(int(mix(~i) % 19) - 9));
    }
    Device<half> da(a.data(), a.size()), db(b.data(), b.size());
    Device<float> dc(c.size());
    tensor_mma<<<dim3(n / TILE, m / TILE), 128, STAGES * sizeof(Stage)>>>(da.data, db.data, dc.data, n, k);
    CHECK(cudaGetLastError());
    dc.read(c.data());

    size_t wrong = 0;
    for (int row = 0; row < m; row++) {
        for (int column = 0; column < n; column++) {
            float sum = 0.0f;
            for (int i = 0; i < k; i++) {
                sum += __half2float(a[row * k + i]) * __half2float(b[i * n + column]);
            }
            wrong += c[row * n + column] != sum;
        }
    }
    return verdict("tensor_mma", wrong, c.size());
}
