// Products and sums that one rounding changes: prints what comes without and with words that forbid to contract them.
#include <cstdio>

__global__ void sum_of_product(const float *in, float *out)
{
    float free, bound;
    asm("{ .reg .f32 t; mul.f32 t, %1, %2; add.f32 %0, t, %3; }" : "=f"(free) : "f"(in[0]), "f"(in[1]), "f"(in[2]));
    asm("{ .reg .f32 t; mul.rn.f32 t, %1, %2; add.rn.f32 %0, t, %3; }"
        : "=f"(bound)
        : "f"(in[0]), "f"(in[1]), "f"(in[2]));
    out[0] = free;
    out[1] = bound;
}

int main()
{
    float *in, *out;
    cudaMallocManaged(&in, 3 * sizeof(float));
    cudaMallocManaged(&out, 2 * sizeof(float));
    // The product is 1 + 2^-11 + 2^-24, of which a float has no place for the last part.
    in[0] = in[1] = 1 + 0x1p-12f;
    in[2] = -(1 + 0x1p-11f);
    sum_of_product<<<1, 1>>>(in, out);
    cudaDeviceSynchronize();
    printf("%a %a\n", out[0], out[1]);
}
