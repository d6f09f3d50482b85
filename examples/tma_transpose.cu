// Tiles of a matrix come through tensor maps, are transposed in shared memory and go back the same way: the copies of
// sm_90 with their barrier objects. Older targets copy with `cuda::memcpy_async` and `cuda::barrier`.
#include "check.cuh"
#include <cuda.h>
#include <cuda/barrier>

using Barrier = cuda::barrier<cuda::thread_scope_block>;
// A barrier in shared memory is initialised by `init`.
#pragma nv_diag_suppress static_var_with_dynamic_init

const int TILE = 32;

// Both kernels: `out` is `in` transposed, with every element changed by `mix`.
__global__ void transpose_tiles(const __grid_constant__ CUtensorMap in, const __grid_constant__ CUtensorMap out) {
#if __CUDA_ARCH__ >= 900
    __shared__ alignas(128) uint32_t tile[TILE][TILE];
    __shared__ alignas(128) uint32_t turned[TILE][TILE];
    __shared__ alignas(8) uint64_t barrier;
    const uint32_t object = uint32_t(__cvta_generic_to_shared(&barrier));
    const int x = blockIdx.x * TILE, y = blockIdx.y * TILE;
    if (threadIdx.x == 0) {
        asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(object) : "memory");
        asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
        asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(object), "r"(int(sizeof tile)));
        asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
                     " [%0], [%1, {%2, %3}], [%4];" ::"r"(uint32_t(__cvta_generic_to_shared(tile))),
                     "l"(&in), "r"(x), "r"(y), "r"(object)
                     : "memory");
    }
    __syncthreads();
    for (uint32_t over = 0; !over;) {
        asm volatile("{ .reg .pred p;\n mbarrier.try_wait.parity.shared::cta.b64 p, [%1], 0;\n"
                     " selp.u32 %0, 1, 0, p; }"
                     : "=r"(over)
                     : "r"(object)
                     : "memory");
    }
    // The tile was swizzled on its way: pieces of four words change places by the row.
    for (int i = threadIdx.x; i < TILE * TILE; i += blockDim.x) {
        const int row = i / TILE, column = i % TILE;
        turned[column][row] = mix(tile[row][column ^ (row % 8) * 4]);
    }
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
    __syncthreads();
    if (threadIdx.x == 0) {
        asm volatile("cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group [%0, {%1, %2}], [%3];" ::"l"(&out),
                     "r"(y), "r"(x), "r"(uint32_t(__cvta_generic_to_shared(turned)))
                     : "memory");
        asm volatile("cp.async.bulk.commit_group;\n cp.async.bulk.wait_group 0;" ::: "memory");
    }
#endif
}

__global__ void transpose_rows(const uint32_t *in, uint32_t *out, int width, int height) {
    __shared__ alignas(16) uint32_t tile[TILE][TILE];
    __shared__ Barrier barrier;
    if (threadIdx.x == 0) {
        init(&barrier, blockDim.x);
    }
    __syncthreads();
    const int x = blockIdx.x * TILE, y = blockIdx.y * TILE, columns = min(TILE, width - x);
    // One row a thread; widths are multiples of four elements.
    const int row = threadIdx.x;
    if (row < TILE && y + row < height) {
        cuda::memcpy_async(tile[row], in + size_t(y + row) * width + x,
                           cuda::aligned_size_t<16>(columns * sizeof(uint32_t)), barrier);
    }
    barrier.arrive_and_wait();
    for (int i = threadIdx.x; i < TILE * TILE; i += blockDim.x) {
        const int r = i % TILE, c = i / TILE;
        if (y + r < height && x + c < width) {
            out[size_t(x + c) * height + y + r] = mix(tile[r][c]);
        }
    }
}

// The driver's function, as a program that does not link the driver gets it.
static CUresult encode(CUtensorMap *map, uint32_t *data, uint64_t width, uint64_t height, CUtensorMapSwizzle swizzle) {
    static decltype(&cuTensorMapEncodeTiled) function = [] {
        void *found = nullptr;
        cudaDriverEntryPointQueryResult status;
        CHECK(cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &found, 12000, cudaEnableDefault, &status));
        return reinterpret_cast<decltype(&cuTensorMapEncodeTiled)>(found);
    }();
    const cuuint64_t sizes[] = {width, height}, strides[] = {width * sizeof(uint32_t)};
    const cuuint32_t box[] = {TILE, TILE}, steps[] = {1, 1};
    return function(map, CU_TENSOR_MAP_DATA_TYPE_UINT32, 2, data, sizes, strides, box, steps,
                    CU_TENSOR_MAP_INTERLEAVE_NONE, swizzle, CU_TENSOR_MAP_L2_PROMOTION_NONE,
                    CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
}

int main() {
    // Neither is a multiple of the tile.
    const int width = 100, height = 68;
    const size_t count = size_t(width) * height;
    static uint32_t host[count], result[count];
    for (size_t i = 0; i < count; i++) {
        host[i] = mix(uint32_t(i));
    }
    Device<uint32_t> in(host, count), out(count);
    const dim3 grid((width + TILE - 1) / TILE, (height + TILE - 1) / TILE);

    cudaFuncAttributes attributes;
    CHECK(cudaFuncGetAttributes(&attributes, transpose_tiles));
    size_t wrong = 0, checked = 0;
    for (int way = 0; way < 2; way++) {
        out.clear();
        if (way == 0) {
            transpose_rows<<<grid, 64>>>(in.data, out.data, width, height);
        } else if (attributes.ptxVersion >= 90) {
            CUtensorMap from, to;
            wrong += encode(&from, in.data, width, height, CU_TENSOR_MAP_SWIZZLE_128B) != CUDA_SUCCESS;
            wrong += encode(&to, out.data, height, width, CU_TENSOR_MAP_SWIZZLE_NONE) != CUDA_SUCCESS;
            // Rows that are no multiple of 16 bytes cannot be described.
            wrong += encode(&from, in.data + 1, width, height, CU_TENSOR_MAP_SWIZZLE_NONE) != CUDA_ERROR_INVALID_VALUE;
            transpose_tiles<<<grid, 128>>>(from, to);
        } else {
            break;
        }
        CHECK(cudaGetLastError());
        out.read(result);
        for (size_t i = 0; i < count; i++) {
            wrong += result[i] != mix(host[i % height * width + i / height]);
        }
        checked += count;
    }
    return verdict("tma_transpose", wrong, checked);
}
