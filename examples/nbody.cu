// Bodies that attract each other: float4 loads, rsqrt, positions passed through shared memory tile by tile.
#include "check.cuh"
#include <cmath>
#include <vector>

constexpr int TILE = 64;
constexpr float SOFTENING = 1e-2f, STEP = 0.01f;

__global__ void move_bodies(const float4 *in, float4 *out, float4 *velocities, int n) {
    __shared__ float4 tile[TILE];
    int i = blockIdx.x * TILE + threadIdx.x;
    float4 self = in[i];
    float3 force = make_float3(0.0f, 0.0f, 0.0f);
    for (int first = 0; first < n; first += TILE) {
        tile[threadIdx.x] = in[first + threadIdx.x];
        __syncthreads();
        for (int j = 0; j < TILE; j++) {
            float4 other = tile[j];
            float dx = other.x - self.x, dy = other.y - self.y, dz = other.z - self.z;
            float inverse = rsqrtf(dx * dx + dy * dy + dz * dz + SOFTENING);
            float pull = other.w * inverse * inverse * inverse;
            force.x += pull * dx;
            force.y += pull * dy;
            force.z += pull * dz;
        }
        __syncthreads();
    }
    float4 v = velocities[i];
    v.x += STEP * force.x;
    v.y += STEP * force.y;
    v.z += STEP * force.z;
    velocities[i] = v;
    out[i] = make_float4(self.x + STEP * v.x, self.y + STEP * v.y, self.z + STEP * v.z, self.w);
}

// The same in double precision.
static void move_bodies_on_host(std::vector<double> &position, std::vector<double> &velocity, const float4 *bodies, int n) {
    std::vector<double> old = position;
    for (int i = 0; i < n; i++) {
        double force[3] = {};
        for (int j = 0; j < n; j++) {
            double d[3], square = SOFTENING;
            for (int axis = 0; axis < 3; axis++) {
                d[axis] = old[3 * j + axis] - old[3 * i + axis];
                square += d[axis] * d[axis];
            }
            for (int axis = 0; axis < 3; axis++) {
                force[axis] += bodies[j].w * d[axis] / (square * std::sqrt(square));
            }
        }
        for (int axis = 0; axis < 3; axis++) {
            velocity[3 * i + axis] += STEP * force[axis];
            position[3 * i + axis] += STEP * velocity[3 * i + axis];
        }
    }
}

int main() {
    const int n = 256, steps = 2;
    std::vector<float4> bodies(n);
    std::vector<double> position(3 * n), velocity(3 * n);
    for (int i = 0; i < n; i++) {
        auto coordinate = [&](int axis) { return mix(4 * i + axis) % 2001 * 1e-3f - 1.0f; };
        bodies[i] = make_float4(coordinate(0), coordinate(1), coordinate(2), (1 + mix(4 * i + 3) % 10) * 1e-2f);
        position[3 * i] = bodies[i].x;
        position[3 * i + 1] = bodies[i].y;
        position[3 * i + 2] = bodies[i].z;
    }
    Device<float4> a(bodies.data(), n), b(n), velocities(n);
    velocities.clear();
    Device<float4> *in = &a, *out = &b;
    for (int step = 0; step < steps; step++) {
        move_bodies<<<n / TILE, TILE>>>(in->data, out->data, velocities.data, n);
        CHECK(cudaGetLastError());
        std::swap(in, out);
        move_bodies_on_host(position, velocity, bodies.data(), n);
    }
    std::vector<float4> result(n);
    in->read(result.data());

    size_t wrong = 0;
    for (int i = 0; i < n; i++) {
        const float got[3] = {result[i].x, result[i].y, result[i].z};
        for (int axis = 0; axis < 3; axis++) {
            wrong += !(std::fabs(got[axis] - position[3 * i + axis]) <= 1e-4);
        }
    }
    return verdict("nbody", wrong, 3 * n);
}
