// printf and assert in kernels: the text arrives in order, and a failed assertion is an error that stays.
#undef NDEBUG
#include "check.cuh"
#include <cassert>
#include <string>
#include <unistd.h>

__global__ void talk(const char *name) {
    printf("%s %u: %d %lld %5.2f %c %#x\n", name, threadIdx.x, -int(threadIdx.x), 1ll << 40, threadIdx.x / 4.0, 'a' + threadIdx.x, 255u);
}

__global__ void insist(int limit) {
    int value = threadIdx.x;
    assert(value < limit);
}

// Sends a file descriptor into a file until its end, to see what is written to it.
class Capture {
    int fd, saved;
    std::FILE *file = std::tmpfile();

  public:
    explicit Capture(int fd) : fd(fd), saved(dup(fd)) {
        std::fflush(nullptr);
        dup2(fileno(file), fd);
    }
    std::string end() {
        std::fflush(nullptr);
        dup2(saved, fd);
        close(saved);
        std::string text;
        std::rewind(file);
        for (int c; (c = std::fgetc(file)) != EOF;) {
            text += char(c);
        }
        std::fclose(file);
        return text;
    }
};

int main() {
    Device<char> name("lane", 5);
    Capture out(STDOUT_FILENO);
    talk<<<1, 3>>>(name.data);
    cudaError_t talked = cudaDeviceSynchronize();
    std::string said = out.end();
    CHECK(talked);
    bool printed = said == "lane 0: 0 1099511627776  0.00 a 0xff\n"
                           "lane 1: -1 1099511627776  0.25 b 0xff\n"
                           "lane 2: -2 1099511627776  0.50 c 0xff\n";

    insist<<<1, 32>>>(32);
    CHECK(cudaDeviceSynchronize());

    Capture err(STDERR_FILENO);
    insist<<<2, 32>>>(31);
    cudaError_t failed = cudaDeviceSynchronize();
    std::string complaint = err.end();
    bool asserted = failed == cudaErrorAssert && complaint.find("thread: [31,0,0] Assertion `value < limit` failed.") != std::string::npos;
    bool sticky = cudaDeviceSynchronize() == cudaErrorAssert;

    if (!printed || !asserted) {
        std::printf("the kernels printed:\n%s%s(%s)\n", said.c_str(), complaint.c_str(), cudaGetErrorString(failed));
    }
    return verdict("printf_assert", !printed + !asserted + !sticky, 3);
}
