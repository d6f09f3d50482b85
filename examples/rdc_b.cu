// Second half of a program of two files (-rdc=true): what rdc_a.cu calls and reads.
#include "check.cuh"

extern __device__ unsigned salt;
__device__ unsigned calls;
__constant__ unsigned keys[4] = {11, 22, 33, 44};

__device__ unsigned twist(unsigned x, unsigned rounds) {
    return rounds == 0 ? x * salt : twist(mix(x), rounds - 1) ^ rounds;
}
