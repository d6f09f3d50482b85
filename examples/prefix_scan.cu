// Prefix sums over many blocks in one pass: each block waits for the sums of those before it (decoupled look-back).
#include "check.cuh"
#include <vector>

constexpr int THREADS = 128, ITEMS = 4, TILE = THREADS * ITEMS;

// What a block has published: nothing, the sum of its own tile, or the sum of everything up to its end.
enum Status : unsigned { NOTHING, OWN_SUM, WHOLE_SUM };

__device__ void publish(unsigned long long *place, Status status, unsigned sum) {
    __threadfence();
    atomicExch(place, (unsigned long long)status << 32 | sum);
}

// The sum of all tiles before `tile`.
__device__ unsigned look_back(unsigned long long *published, unsigned tile) {
    unsigned sum = 0;
    while (tile > 0) {
        unsigned long long seen;
        do {
            seen = *(volatile unsigned long long *)&published[tile - 1];
        } while (seen >> 32 == NOTHING);
        sum += unsigned(seen);
        if (seen >> 32 == WHOLE_SUM) {
            break;
        }
        tile--;
    }
    return sum;
}

__global__ void prefix_scan(const unsigned *in, unsigned *out, int n, unsigned *next_tile, unsigned long long *published) {
    __shared__ unsigned tile, before_tile, warp_sums[THREADS / 32];
    // Tiles are given out in the order in which blocks start, so that those looked back at are running already.
    if (threadIdx.x == 0) {
        tile = atomicAdd(next_tile, 1u);
    }
    __syncthreads();

    unsigned items[ITEMS], sum = 0;
    int first = tile * TILE + threadIdx.x * ITEMS;
    for (int i = 0; i < ITEMS; i++) {
        items[i] = first + i < n ? in[first + i] : 0;
        sum += items[i];
    }
    unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    unsigned up_to_lane = sum;
    for (int distance = 1; distance < 32; distance *= 2) {
        unsigned other = __shfl_up_sync(0xffffffffu, up_to_lane, distance);
        up_to_lane += lane >= distance ? other : 0;
    }
    if (lane == 31) {
        warp_sums[warp] = up_to_lane;
    }
    __syncthreads();

    unsigned before_warp = 0, tile_sum = 0;
    for (int i = 0; i < THREADS / 32; i++) {
        before_warp += i < warp ? warp_sums[i] : 0;
        tile_sum += warp_sums[i];
    }
    if (threadIdx.x == 0) {
        publish(&published[tile], OWN_SUM, tile_sum);
        before_tile = look_back(published, tile);
        publish(&published[tile], WHOLE_SUM, before_tile + tile_sum);
    }
    __syncthreads();

    unsigned running = before_tile + before_warp + up_to_lane - sum;
    for (int i = 0; i < ITEMS; i++) {
        running += items[i];
        if (first + i < n) {
            out[first + i] = running;
        }
    }
}

int main() {
    const int n = 50'001, tiles = (n + TILE - 1) / TILE;
    std::vector<unsigned> in(n), out(n);
    for (int i = 0; i < n; i++) {
        in[i] = mix(i);
    }
    Device<unsigned> dev_in(in.data(), n), dev_out(n), next_tile(1);
    Device<unsigned long long> published(tiles);
    next_tile.clear();
    published.clear();
    prefix_scan<<<tiles, THREADS>>>(dev_in.data, dev_out.data, n, next_tile.data, published.data);
    CHECK(cudaGetLastError());
    dev_out.read(out.data());

    size_t wrong = 0;
    unsigned sum = 0;
    for (int i = 0; i < n; i++) {
        sum += in[i];
        wrong += out[i] != sum;
    }
    return verdict("prefix_scan", wrong, n);
}
