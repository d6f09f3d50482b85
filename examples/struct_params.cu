// Structures and arrays as kernel parameters and as arguments and results of device functions.
#include "check.cuh"
#include <vector>

struct Pixel {
    uint8_t red, green, blue;
};

struct Filter {
    char kind;
    double scale;
    short offsets[5];
    Pixel tint;
    struct {
        float bias;
        long long steps[3];
    } inner;
};

struct Table {
    int values[200];
};

struct Sum {
    double value;
    Pixel pixel;
    int count;
};

__host__ __device__ __noinline__ Sum apply(Filter filter, Pixel pixel, int at) {
    Sum sum;
    sum.value = filter.scale * filter.offsets[at % 5] + filter.inner.bias;
    sum.pixel.red = pixel.red ^ filter.tint.red;
    sum.pixel.green = pixel.green + filter.tint.green;
    sum.pixel.blue = pixel.blue - filter.tint.blue;
    sum.count = int(filter.inner.steps[at % 3] >> 32) + filter.kind;
    return sum;
}

__host__ __device__ Sum result_of(const Filter &filter, const Table &table, Pixel pixel, int at) {
    Sum sum = apply(filter, pixel, at);
    sum.count += table.values[(at * 13) % 200];
    return sum;
}

__global__ void struct_params(Filter filter, const __grid_constant__ Table table, Pixel pixel, Sum *out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        out[i] = result_of(filter, table, pixel, i);
    }
}

int main() {
    const int n = 1000;
    Filter filter = {'k', 0.25, {1, -2, 300, -400, 32767}, {9, 250, 3}, {0.5f, {1ll << 33, -(1ll << 40), 77ll << 32}}};
    Table table;
    for (int i = 0; i < 200; i++) {
        table.values[i] = int(mix(i) >> 8);
    }
    Pixel pixel = {200, 100, 50};
    Device<Sum> out(n);
    struct_params<<<(n + 127) / 128, 128>>>(filter, table, pixel, out.data, n);
    CHECK(cudaGetLastError());
    std::vector<Sum> result(n);
    out.read(result.data());

    size_t wrong = 0;
    for (int i = 0; i < n; i++) {
        Sum expected = result_of(filter, table, pixel, i);
        wrong += result[i].value != expected.value || result[i].count != expected.count ||
                 result[i].pixel.red != expected.pixel.red || result[i].pixel.green != expected.pixel.green ||
                 result[i].pixel.blue != expected.pixel.blue;
    }
    return verdict("struct_params", wrong, n);
}
