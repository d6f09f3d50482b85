// A cooperative launch: all blocks of the grid wait for each other, several times.
#include "check.cuh"
#include <cooperative_groups.h>
#include <vector>

namespace cg = cooperative_groups;

// In each round, every element takes its own and a far neighbour's value of the round before.
__global__ void grid_sync(unsigned *a, unsigned *b, int n, int rounds) {
    cg::grid_group grid = cg::this_grid();
    unsigned *in = a, *out = b;
    for (int round = 0; round < rounds; round++) {
        for (unsigned i = grid.thread_rank(); i < n; i += grid.size()) {
            out[i] = in[i] * 3 + in[(i + n / 2 + round) % n];
        }
        grid.sync();
        unsigned *swap = in;
        in = out;
        out = swap;
    }
}

// Groups within a block: tiles of eight threads add up their ranks.
__global__ void tiles(unsigned *out) {
    cg::thread_block block = cg::this_thread_block();
    cg::thread_block_tile<8> tile = cg::tiled_partition<8>(block);
    unsigned sum = block.thread_rank();
    for (unsigned distance = tile.size() / 2; distance > 0; distance /= 2) {
        sum += tile.shfl_xor(sum, distance);
    }
    block.sync();
    out[block.thread_rank()] = sum;
}

int main() {
    int n = 3000, rounds = 4;
    std::vector<unsigned> values(n), next(n), result(n);
    for (int i = 0; i < n; i++) {
        values[i] = mix(i);
    }
    Device<unsigned> a(values.data(), n), b(n), sums(64);
    void *arguments[] = {&a.data, &b.data, &n, &rounds};
    CHECK(cudaLaunchCooperativeKernel((void *)grid_sync, 6, 64, arguments, 0, nullptr));
    a.read(result.data());
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < n; i++) {
            next[i] = values[i] * 3 + values[(i + n / 2 + round) % n];
        }
        values.swap(next);
    }
    size_t wrong = 0;
    for (int i = 0; i < n; i++) {
        wrong += result[i] != values[i];
    }

    tiles<<<1, 64>>>(sums.data);
    CHECK(cudaGetLastError());
    unsigned tile_sums[64];
    sums.read(tile_sums);
    for (unsigned i = 0; i < 64; i++) {
        wrong += tile_sums[i] != (i / 8) * 64 + 28;
    }
    return verdict("grid_sync", wrong, n + 64);
}
