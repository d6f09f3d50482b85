// SHA-256 of many short messages, one per thread: rotations, additions, a table in constant memory.
#include "check.cuh"
#include <cstring>
#include <vector>

#define ROUND_CONSTANTS                                                                                                \
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,        \
        0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,    \
        0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,    \
        0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,    \
        0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,    \
        0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,    \
        0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,    \
        0xc67178f2

__constant__ uint32_t device_constants[64] = {ROUND_CONSTANTS};
#ifndef __CUDA_ARCH__
static const uint32_t host_constants[64] = {ROUND_CONSTANTS};
#endif

__host__ __device__ inline uint32_t rotate_right(uint32_t x, int n) { return x >> n | x << (32 - n); }

__host__ __device__ void compress(uint32_t state[8], const uint8_t block[64]) {
#ifdef __CUDA_ARCH__
    const uint32_t *constants = device_constants;
#else
    const uint32_t *constants = host_constants;
#endif
    uint32_t w[64];
    for (int i = 0; i < 16; i++) {
        w[i] = block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = rotate_right(w[i - 15], 7) ^ rotate_right(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotate_right(w[i - 2], 17) ^ rotate_right(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + constants[i] + w[i];
        uint32_t s0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

__host__ __device__ void sha256(const uint8_t *message, uint32_t length, uint32_t digest[8]) {
    const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    for (int i = 0; i < 8; i++) {
        digest[i] = initial[i];
    }
    uint8_t block[64];
    // One bit 1, zeros, and the length in bits in the last eight bytes.
    uint32_t blocks = (length + 9 + 63) / 64;
    for (uint32_t number = 0; number < blocks; number++) {
        for (uint32_t i = 0; i < 64; i++) {
            uint32_t at = number * 64 + i;
            uint32_t from_end = blocks * 64 - 1 - at;
            block[i] = at < length      ? message[at]
                       : at == length   ? 0x80
                       : from_end < 4   ? uint8_t(length * 8 >> 8 * from_end)
                                        : 0;
        }
        compress(digest, block);
    }
}

constexpr int STRIDE = 80;

__global__ void hash_messages(const uint8_t *messages, const uint32_t *lengths, uint32_t *digests, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) {
        return;
    }
    uint32_t digest[8];
    sha256(messages + i * STRIDE, lengths[i], digest);
    for (int word = 0; word < 8; word++) {
        digests[8 * i + word] = digest[word];
    }
}

int main() {
    const int n = 300;
    std::vector<uint8_t> messages(n * STRIDE);
    std::vector<uint32_t> lengths(n), digests(8 * n);
    for (int i = 0; i < n; i++) {
        lengths[i] = i % (STRIDE + 1);
        for (uint32_t at = 0; at < lengths[i]; at++) {
            messages[i * STRIDE + at] = uint8_t(mix(i * STRIDE + at));
        }
    }
    // The first message is the standard's example.
    lengths[0] = 3;
    std::memcpy(messages.data(), "abc", 3);
    Device<uint8_t> dev_messages(messages.data(), messages.size());
    Device<uint32_t> dev_lengths(lengths.data(), n), dev_digests(8 * n);
    hash_messages<<<(n + 63) / 64, 64>>>(dev_messages.data, dev_lengths.data, dev_digests.data, n);
    CHECK(cudaGetLastError());
    dev_digests.read(digests.data());

    size_t wrong = 0;
    for (int i = 0; i < n; i++) {
        uint32_t expected[8];
        sha256(messages.data() + i * STRIDE, lengths[i], expected);
        wrong += std::memcmp(expected, &digests[8 * i], sizeof expected) != 0;
    }
    const uint32_t abc[8] = {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
                             0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad};
    wrong += std::memcmp(abc, digests.data(), sizeof abc) != 0;
    return verdict("sha256", wrong, n + 1);
}
