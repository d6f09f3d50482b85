// C = A·B + C with wmma: halves, bytes, tf32 and doubles, in global and in shared memory.
#include "check.cuh"
#include <cuda_fp16.h>
#include <mma.h>
#include <vector>

using namespace nvcuda;

constexpr int M = 64, N = 48, K = 80;

// Each warp computes a tile of 16 by 16.
__global__ void halves(const half *a, const half *b, float *c) {
    int warp = (blockIdx.x * blockDim.x + threadIdx.x) / warpSize;
    int row = warp / (N / 16) * 16, column = warp % (N / 16) * 16;
    wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> fragment_a;
    wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::row_major> fragment_b;
    wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum, before;
    wmma::fill_fragment(sum, 0.0f);
    for (int k = 0; k < K; k += 16) {
        wmma::load_matrix_sync(fragment_a, a + row * K + k, K);
        wmma::load_matrix_sync(fragment_b, b + k * N + column, N);
        wmma::mma_sync(sum, fragment_a, fragment_b, sum);
    }
    wmma::load_matrix_sync(before, c + row * N + column, N, wmma::mem_row_major);
    // Accumulators of one shape hold the same elements.
    for (int i = 0; i < sum.num_elements; i++) {
        sum.x[i] = 2.0f * sum.x[i] - before.x[i];
    }
    wmma::store_matrix_sync(c + row * N + column, sum, N, wmma::mem_row_major);
}

// Tiles of 32 by 8, which a block of four warps first gathers in shared memory; the result lies by columns.
__global__ void bytes(const signed char *a, const signed char *b, int *c) {
    __shared__ __align__(32) signed char tile_a[64][16], tile_b[16][16];
    int warp = threadIdx.x / warpSize;
    int row = blockIdx.y * 64, column = blockIdx.x * 16;
    wmma::fragment<wmma::matrix_a, 32, 8, 16, signed char, wmma::row_major> fragment_a;
    wmma::fragment<wmma::matrix_b, 32, 8, 16, signed char, wmma::col_major> fragment_b;
    wmma::fragment<wmma::accumulator, 32, 8, 16, int> sum;
    wmma::fill_fragment(sum, 0);
    for (int k = 0; k < K; k += 16) {
        for (int i = threadIdx.x; i < 64 * 16; i += blockDim.x) {
            tile_a[i / 16][i % 16] = a[(row + i / 16) * K + k + i % 16];
        }
        for (int i = threadIdx.x; i < 16 * 16; i += blockDim.x) {
            tile_b[i / 16][i % 16] = b[(k + i % 16) * N + column + i / 16];
        }
        __syncthreads();
        wmma::load_matrix_sync(fragment_a, tile_a[warp / 2 * 32], 16);
        wmma::load_matrix_sync(fragment_b, tile_b[warp % 2 * 8], 16);
        wmma::mma_sync(sum, fragment_a, fragment_b, sum);
        __syncthreads();
    }
    int first = (column + warp % 2 * 8) * M + row + warp / 2 * 32;
    wmma::store_matrix_sync(c + first, sum, M, wmma::mem_col_major);
}

// What sm_80 brought.
__global__ void singles_and_doubles(const float *a, const float *b, float *c, const double *da, const double *db,
                                    double *dc) {
#if __CUDA_ARCH__ >= 800
    int warp = (blockIdx.x * blockDim.x + threadIdx.x) / warpSize;
    int row = warp / (N / 16) * 16, column = warp % (N / 16) * 16;
    wmma::fragment<wmma::matrix_a, 16, 16, 8, wmma::precision::tf32, wmma::row_major> fragment_a;
    wmma::fragment<wmma::matrix_b, 16, 16, 8, wmma::precision::tf32, wmma::row_major> fragment_b;
    wmma::fragment<wmma::accumulator, 16, 16, 8, float> sum;
    wmma::fill_fragment(sum, 0.0f);
    for (int k = 0; k < K; k += 8) {
        wmma::load_matrix_sync(fragment_a, a + row * K + k, K);
        wmma::load_matrix_sync(fragment_b, b + k * N + column, N);
        for (int i = 0; i < fragment_a.num_elements; i++) {
            fragment_a.x[i] = wmma::__float_to_tf32(fragment_a.x[i]);
        }
        for (int i = 0; i < fragment_b.num_elements; i++) {
            fragment_b.x[i] = wmma::__float_to_tf32(fragment_b.x[i]);
        }
        wmma::mma_sync(sum, fragment_a, fragment_b, sum);
    }
    wmma::store_matrix_sync(c + row * N + column, sum, N, wmma::mem_row_major);

    for (int part = 0; part < 4; part++) {
        int first = row + part / 2 * 8, second = column + part % 2 * 8;
        wmma::fragment<wmma::matrix_a, 8, 8, 4, double, wmma::row_major> double_a;
        wmma::fragment<wmma::matrix_b, 8, 8, 4, double, wmma::row_major> double_b;
        wmma::fragment<wmma::accumulator, 8, 8, 4, double> double_sum;
        wmma::fill_fragment(double_sum, 0.0);
        for (int k = 0; k < K; k += 4) {
            wmma::load_matrix_sync(double_a, da + first * K + k, K);
            wmma::load_matrix_sync(double_b, db + k * N + second, N);
            wmma::mma_sync(double_sum, double_a, double_b, double_sum);
        }
        wmma::store_matrix_sync(dc + first * N + second, double_sum, N, wmma::mem_row_major);
    }
#else
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < M * N; i += gridDim.x * blockDim.x) {
        float sum = 0.0f;
        for (int k = 0; k < K; k++) {
            sum += a[i / N * K + k] * b[k * N + i % N];
        }
        c[i] = sum;
        dc[i] = sum;
    }
#endif
}

template <typename T> std::vector<T> as(const std::vector<int> &values) {
    return std::vector<T>(values.begin(), values.end());
}

int main() {
    // Small integers: every sum is exact, in whatever order.
    std::vector<int> a(M * K), b(K * N), product(M * N);
    for (int i = 0; i < M * K; i++) {
        a[i] = int(mix(i) % 19) - 9;
    }
    for (int i = 0; i < K * N; i++) {
        b[i] = int(mix(~i) % 19) - 9;
    }
    for (int i = 0; i < M * N; i++) {
        for (int k = 0; k < K; k++) {
            product[i] += a[i / N * K + k] * b[k * N + i % N];
        }
    }
    const int tiles = M / 16 * (N / 16);
    size_t wrong = 0;

    std::vector<half> half_a, half_b;
    for (int value : a) {
        half_a.push_back(__float2half(float(value)));
    }
    for (int value : b) {
        half_b.push_back(__float2half(float(value)));
    }
    std::vector<float> c(M * N);
    for (int i = 0; i < M * N; i++) {
        c[i] = float(i % 100);
    }
    Device<half> device_ha(half_a.data(), half_a.size()), device_hb(half_b.data(), half_b.size());
    Device<float> device_c(c.data(), c.size());
    halves<<<tiles / 4, 128>>>(device_ha.data, device_hb.data, device_c.data);
    CHECK(cudaGetLastError());
    device_c.read(c.data());
    for (int i = 0; i < M * N; i++) {
        wrong += c[i] != float(2 * product[i] - i % 100);
    }

    std::vector<signed char> byte_a = as<signed char>(a), byte_b = as<signed char>(b);
    std::vector<int> sums(M * N);
    Device<signed char> device_ba(byte_a.data(), byte_a.size()), device_bb(byte_b.data(), byte_b.size());
    Device<int> device_sums(sums.size());
    bytes<<<dim3(N / 16, M / 64), 128>>>(device_ba.data, device_bb.data, device_sums.data);
    CHECK(cudaGetLastError());
    device_sums.read(sums.data());
    for (int i = 0; i < M * N; i++) {
        wrong += sums[i % N * M + i / N] != product[i];
    }

    std::vector<float> single_a = as<float>(a), single_b = as<float>(b);
    std::vector<double> double_a = as<double>(a), double_b = as<double>(b), double_c(M * N);
    Device<float> device_a(single_a.data(), single_a.size()), device_b(single_b.data(), single_b.size());
    Device<double> device_da(double_a.data(), double_a.size()), device_db(double_b.data(), double_b.size());
    Device<double> device_dc(double_c.size());
    singles_and_doubles<<<tiles / 4, 128>>>(device_a.data, device_b.data, device_c.data, device_da.data,
                                            device_db.data, device_dc.data);
    CHECK(cudaGetLastError());
    device_c.read(c.data());
    device_dc.read(double_c.data());
    for (int i = 0; i < M * N; i++) {
        wrong += c[i] != float(product[i]) || double_c[i] != product[i];
    }
    return verdict("tensor_wmma", wrong, 4 * product.size());
}
