// The Mandelbrot set: threads of a warp leave the loop at very different times.
#include "check.cuh"
#include <cmath>
#include <vector>

constexpr int WIDTH = 120, HEIGHT = 80, LIMIT = 128;

// Every rounding is written out, so that host and device count the same steps.
__host__ __device__ int steps(int column, int row) {
    float cr = fmaf(float(column), 3.0f / WIDTH, -2.25f);
    float ci = fmaf(float(row), 2.5f / HEIGHT, -1.25f);
    float zr = 0.0f, zi = 0.0f;
    int count = 0;
    while (count < LIMIT && fmaf(zr, zr, zi * zi) <= 4.0f) {
        float next = fmaf(zr, zr, fmaf(-zi, zi, cr));
        zi = fmaf(2.0f * zr, zi, ci);
        zr = next;
        count++;
    }
    return count;
}

__global__ void mandelbrot(int *out) {
    int column = blockIdx.x * blockDim.x + threadIdx.x;
    int row = blockIdx.y * blockDim.y + threadIdx.y;
    if (column < WIDTH && row < HEIGHT) {
        out[row * WIDTH + column] = steps(column, row);
    }
}

int main() {
    Device<int> image(WIDTH * HEIGHT);
    mandelbrot<<<dim3((WIDTH + 15) / 16, (HEIGHT + 7) / 8), dim3(16, 8)>>>(image.data);
    CHECK(cudaGetLastError());
    std::vector<int> result(WIDTH * HEIGHT);
    image.read(result.data());

    size_t wrong = 0;
    for (int row = 0; row < HEIGHT; row++) {
        for (int column = 0; column < WIDTH; column++) {
            wrong += result[row * WIDTH + column] != steps(column, row);
        }
    }
    return verdict("mandelbrot", wrong, result.size());
}
