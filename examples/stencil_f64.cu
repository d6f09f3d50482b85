// Heat that spreads over a plate, in double precision: a five-point stencil.
#include "check.cuh"
#include <cmath>
#include <vector>

constexpr int WIDTH = 70, HEIGHT = 50;

// The roundings are written out: host and device agree to the last bit.
__host__ __device__ double relax(const double *t, int i) {
    double neighbours = (t[i - 1] + t[i + 1]) + (t[i - WIDTH] + t[i + WIDTH]);
    return fma(0.2, fma(-4.0, t[i], neighbours), t[i]);
}

__global__ void stencil_f64(const double *in, double *out) {
    int x = blockIdx.x * blockDim.x + threadIdx.x;
    int y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= WIDTH || y >= HEIGHT) {
        return;
    }
    int i = y * WIDTH + x;
    bool at_edge = x == 0 || y == 0 || x == WIDTH - 1 || y == HEIGHT - 1;
    out[i] = at_edge ? in[i] : relax(in, i);
}

int main() {
    const int n = WIDTH * HEIGHT, steps = 10;
    std::vector<double> plate(n), next(n), result(n);
    for (int i = 0; i < n; i++) {
        plate[i] = mix(i) / 4294967296.0 * 100.0;
    }
    Device<double> a(plate.data(), n), b(n);
    Device<double> *in = &a, *out = &b;
    for (int step = 0; step < steps; step++) {
        stencil_f64<<<dim3((WIDTH + 31) / 32, (HEIGHT + 3) / 4), dim3(32, 4)>>>(in->data, out->data);
        CHECK(cudaGetLastError());
        std::swap(in, out);
        next = plate;
        for (int y = 1; y < HEIGHT - 1; y++) {
            for (int x = 1; x < WIDTH - 1; x++) {
                next[y * WIDTH + x] = relax(plate.data(), y * WIDTH + x);
            }
        }
        plate.swap(next);
    }
    in->read(result.data());

    size_t wrong = 0;
    for (int i = 0; i < n; i++) {
        wrong += result[i] != plate[i];
    }
    return verdict("stencil_f64", wrong, n);
}
