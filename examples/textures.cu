// Textures: arrays of one to three dimensions, layers, cubes and mipmaps, filters and address modes, device memory.
#include "check.cuh"
#include <cmath>
#include <vector>

static size_t wrong = 0, total = 0;

static void expect(const char *what, size_t at, double found, double wanted) {
    total++;
    // The filter's weights have 8 bits, which the CPU computes too; the sum may be rounded otherwise.
    if (!(std::fabs(found - wanted) <= 1e-5 * std::fmax(1.0, std::fabs(wanted)))) {
        if (wrong++ < 10) {
            std::printf("%s[%zu]: %.9g, expected %.9g\n", what, at, found, wanted);
        }
    }
}

static cudaArray_t new_array(cudaChannelFormatDesc format, cudaExtent size, unsigned flags, const void *data,
                             size_t texel, size_t slices) {
    cudaArray_t array;
    CHECK(cudaMalloc3DArray(&array, &format, size, flags));
    if (data) {
        size_t height = size.height ? size.height : 1;
        cudaMemcpy3DParms copy = {};
        copy.srcPtr = make_cudaPitchedPtr(const_cast<void *>(data), size.width * texel, size.width, height);
        copy.dstArray = array;
        copy.extent = make_cudaExtent(size.width, height, slices);
        copy.kind = cudaMemcpyHostToDevice;
        CHECK(cudaMemcpy3D(&copy));
    }
    return array;
}

static cudaTextureObject_t new_texture(const cudaResourceDesc &resource, const cudaTextureDesc &description) {
    cudaTextureObject_t texture;
    CHECK(cudaCreateTextureObject(&texture, &resource, &description, nullptr));
    return texture;
}

static cudaTextureObject_t over(cudaArray_t array, const cudaTextureDesc &description) {
    cudaResourceDesc resource = {};
    resource.resType = cudaResourceTypeArray;
    resource.res.array.array = array;
    return new_texture(resource, description);
}

static cudaTextureDesc how(cudaTextureFilterMode filter, cudaTextureAddressMode mode, bool normalized) {
    cudaTextureDesc description = {};
    description.filterMode = filter;
    description.addressMode[0] = description.addressMode[1] = description.addressMode[2] = mode;
    description.normalizedCoords = normalized;
    description.readMode = cudaReadModeElementType;
    return description;
}

// The guide's formulas on the CPU, with the edge's texels going on under `clamp`.
static int index_of(int i, int n, cudaTextureAddressMode mode) {
    switch (mode) {
    case cudaAddressModeWrap: return ((i % n) + n) % n;
    case cudaAddressModeMirror: i = ((i % (2 * n)) + 2 * n) % (2 * n); return i < n ? i : 2 * n - 1 - i;
    case cudaAddressModeClamp: return i < 0 ? 0 : i >= n ? n - 1 : i;
    default: return i < 0 || i >= n ? -1 : i;
    }
}

static double weight(double fraction) { return std::floor(fraction * 256 + 0.5) / 256; }

static double bilinear(const float *texels, int w, int h, double x, double y, cudaTextureAddressMode mode,
                       double border) {
    double xb = x - 0.5, yb = y - 0.5;
    int i = int(std::floor(xb)), j = int(std::floor(yb));
    double a = weight(xb - i), b = weight(yb - j), sum = 0;
    for (int dj = 0; dj < 2; dj++) {
        for (int di = 0; di < 2; di++) {
            int c = index_of(i + di, w, mode), r = index_of(j + dj, h, mode);
            double texel = c < 0 || r < 0 ? border : texels[r * w + c];
            sum += (di ? a : 1 - a) * (dj ? b : 1 - b) * texel;
        }
    }
    return sum;
}

// Where the kernels sample: from two textures before the first texel to two after the last one.
__host__ __device__ float place(int k, int n) { return -2.0f + 5.0f * k / n; }

__global__ void sample_2d(cudaTextureObject_t texture, float *out, int n, float scale_x, float scale_y) {
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y;
    if (x < n) {
        out[y * n + x] = tex2D<float>(texture, place(x, n) * scale_x, place(y, n) * scale_y);
    }
}

static void filtered_2d() {
    const int w = 16, h = 8, n = 64;
    std::vector<float> texels(w * h), out(n * n);
    for (int i = 0; i < w * h; i++) {
        texels[i] = float(mix(i) % 1000) / 8;
    }
    cudaArray_t array;
    cudaChannelFormatDesc format = cudaCreateChannelDesc<float>();
    CHECK(cudaMallocArray(&array, &format, w, h));
    CHECK(cudaMemcpy2DToArray(array, 0, 0, texels.data(), w * 4, w * 4, h, cudaMemcpyHostToDevice));
    Device<float> result(n * n);
    const cudaTextureAddressMode modes[] = {cudaAddressModeWrap, cudaAddressModeClamp, cudaAddressModeMirror,
                                            cudaAddressModeBorder};
    for (bool normalized : {true, false}) {
        for (auto mode : modes) {
            cudaTextureDesc description = how(cudaFilterModeLinear, mode, normalized);
            description.borderColor[0] = 77;
            cudaTextureObject_t texture = over(array, description);
            float sx = normalized ? 1 : w, sy = normalized ? 1 : h;
            sample_2d<<<dim3(1, n), n>>>(texture, result.data, n, sx, sy);
            CHECK(cudaGetLastError());
            result.read(out.data());
            bool repeats = mode == cudaAddressModeWrap || mode == cudaAddressModeMirror;
            auto effective = repeats && !normalized ? cudaAddressModeClamp : mode;
            for (int k = 0; k < n * n; k++) {
                double x = double(place(k % n, n) * sx) * (normalized ? w : 1);
                double y = double(place(k / n, n) * sy) * (normalized ? h : 1);
                expect("filtered_2d", k, out[k], bilinear(texels.data(), w, h, x, y, effective, 77));
            }
            CHECK(cudaDestroyTextureObject(texture));
        }
    }
    std::vector<float> back(w * h);
    CHECK(cudaMemcpy2DFromArray(back.data(), w * 4, array, 0, 0, w * 4, h, cudaMemcpyDeviceToHost));
    for (int i = 0; i < w * h; i++) {
        expect("copied back", i, back[i], texels[i]);
    }
    CHECK(cudaFreeArray(array));
}

__global__ void sample_layers(cudaTextureObject_t texture, float *out, int w, int h) {
    int x = threadIdx.x, y = blockIdx.x, layer = blockIdx.y;
    out[(layer * h + y) * w + x] = tex2DLayered<float>(texture, x + 0.5f, y + 0.5f, layer);
}

static void layers() {
    const int w = 12, h = 5, n = 7;
    std::vector<float> texels(w * h * n), out(w * h * n);
    for (size_t i = 0; i < texels.size(); i++) {
        texels[i] = float(mix(i) % 4096);
    }
    cudaArray_t array = new_array(cudaCreateChannelDesc<float>(), make_cudaExtent(w, h, n), cudaArrayLayered,
                                  texels.data(), 4, n);
    cudaTextureObject_t texture = over(array, how(cudaFilterModePoint, cudaAddressModeClamp, false));
    Device<float> result(out.size());
    sample_layers<<<dim3(h, n), w>>>(texture, result.data, w, h);
    result.read(out.data());
    for (size_t i = 0; i < out.size(); i++) {
        expect("layers", i, out[i], texels[i]);
    }
    CHECK(cudaDestroyTextureObject(texture));
    CHECK(cudaFreeArray(array));
}

__global__ void sample_3d(cudaTextureObject_t texture, float4 *out, int n) {
    int x = threadIdx.x, y = blockIdx.x, z = blockIdx.y;
    out[(z * n + y) * n + x] = tex3D<float4>(texture, (x + 0.5f) / n, (y + 0.5f) / n, (z + 0.5f) / n);
}

// Bytes as fractions, of which a linear ramp is filtered: the result is the ramp.
static void volume() {
    const int s = 8, n = 16;
    std::vector<uchar4> texels(s * s * s);
    for (int z = 0; z < s; z++) {
        for (int y = 0; y < s; y++) {
            for (int x = 0; x < s; x++) {
                texels[(z * s + y) * s + x] = make_uchar4(10 * x, 20 * y, 30 * z, 255);
            }
        }
    }
    cudaArray_t array =
        new_array(cudaCreateChannelDesc<uchar4>(), make_cudaExtent(s, s, s), 0, texels.data(), 4, s);
    cudaTextureDesc description = how(cudaFilterModeLinear, cudaAddressModeClamp, true);
    description.readMode = cudaReadModeNormalizedFloat;
    cudaTextureObject_t texture = over(array, description);
    Device<float4> result(n * n * n);
    std::vector<float4> out(n * n * n);
    sample_3d<<<dim3(n, n), n>>>(texture, result.data, n);
    result.read(out.data());
    auto ramp = [&](int k, int step) {
        double at = std::fmin(std::fmax((k + 0.5) / n * s - 0.5, 0), s - 1);
        return at * step / 255;
    };
    for (int k = 0; k < n * n * n; k++) {
        expect("volume x", k, out[k].x, ramp(k % n, 10));
        expect("volume y", k, out[k].y, ramp(k / n % n, 20));
        expect("volume z", k, out[k].z, ramp(k / n / n, 30));
        expect("volume w", k, out[k].w, 1);
    }
    CHECK(cudaDestroyTextureObject(texture));
    CHECK(cudaFreeArray(array));
}

__global__ void sample_cube(cudaTextureObject_t texture, const float3 *directions, float *out) {
    float3 d = directions[threadIdx.x];
    out[threadIdx.x] = texCubemap<float>(texture, d.x, d.y, d.z);
}

// In the middle of a texel of every face, by the guide's table.
static void cube() {
    const int n = 4;
    std::vector<float> texels(6 * n * n), wanted;
    std::vector<float3> directions;
    for (size_t i = 0; i < texels.size(); i++) {
        texels[i] = float(mix(i) % 1000);
    }
    for (int face = 0; face < 6; face++) {
        for (int k = 0; k < n * n; k++) {
            float s = 2 * (k % n + 0.5f) / n - 1, t = 2 * (k / n + 0.5f) / n - 1;
            const float3 to[] = {{1, -t, -s}, {-1, -t, s}, {s, 1, t}, {s, -1, -t}, {s, -t, 1}, {-s, -t, -1}};
            float3 d = to[face];
            float scale = 1 + k;
            directions.push_back({d.x * scale, d.y * scale, d.z * scale});
            wanted.push_back(texels[face * n * n + k]);
        }
    }
    cudaArray_t array = new_array(cudaCreateChannelDesc<float>(), make_cudaExtent(n, n, 6), cudaArrayCubemap,
                                  texels.data(), 4, 6);
    cudaTextureObject_t texture = over(array, how(cudaFilterModePoint, cudaAddressModeClamp, true));
    Device<float3> where(directions.data(), directions.size());
    Device<float> result(wanted.size());
    std::vector<float> out(wanted.size());
    sample_cube<<<1, unsigned(wanted.size())>>>(texture, where.data, result.data);
    result.read(out.data());
    for (size_t i = 0; i < out.size(); i++) {
        expect("cube", i, out[i], wanted[i]);
    }
    CHECK(cudaDestroyTextureObject(texture));
    CHECK(cudaFreeArray(array));
}

__global__ void write_level(cudaSurfaceObject_t surface, int n, float value) {
    int x = threadIdx.x, y = blockIdx.x;
    if (x < n && y < n) {
        surf2Dwrite(value + x, surface, x * int(sizeof(float)), y);
    }
}

__global__ void sample_levels(cudaTextureObject_t texture, float *out, int n) {
    int k = threadIdx.x;
    out[k] = tex2DLod<float>(texture, 0.5f / 8, 0.5f, 3.0f * k / n);
}

// Every level is written through a surface; between levels there is a linear mix.
static void mipmaps() {
    const int size = 8, n = 24;
    cudaMipmappedArray_t mipmapped;
    cudaChannelFormatDesc format = cudaCreateChannelDesc<float>();
    CHECK(cudaMallocMipmappedArray(&mipmapped, &format, make_cudaExtent(size, size, 0), 4, cudaArraySurfaceLoadStore));
    for (int level = 0; level < 4; level++) {
        cudaArray_t array;
        CHECK(cudaGetMipmappedArrayLevel(&array, mipmapped, level));
        cudaExtent extent;
        CHECK(cudaArrayGetInfo(nullptr, &extent, nullptr, array));
        expect("level width", level, double(extent.width), size >> level);
        cudaResourceDesc resource = {};
        resource.resType = cudaResourceTypeArray;
        resource.res.array.array = array;
        cudaSurfaceObject_t surface;
        CHECK(cudaCreateSurfaceObject(&surface, &resource));
        write_level<<<size, size>>>(surface, size >> level, 100.0f * level * level);
        CHECK(cudaDeviceSynchronize());
        CHECK(cudaDestroySurfaceObject(surface));
    }
    cudaResourceDesc resource = {};
    resource.resType = cudaResourceTypeMipmappedArray;
    resource.res.mipmap.mipmap = mipmapped;
    cudaTextureDesc description = how(cudaFilterModePoint, cudaAddressModeClamp, true);
    description.mipmapFilterMode = cudaFilterModeLinear;
    description.maxMipmapLevelClamp = 3;
    cudaTextureObject_t texture = new_texture(resource, description);
    Device<float> result(n);
    std::vector<float> out(n);
    sample_levels<<<1, n>>>(texture, result.data, n);
    result.read(out.data());
    for (int k = 0; k < n; k++) {
        double lod = 3.0f * k / n;
        int level = int(lod);
        double f = weight(lod - level), low = 100.0 * level * level, high = 100.0 * (level + 1) * (level + 1);
        expect("mipmaps", k, out[k], (1 - f) * low + f * high);
    }
    CHECK(cudaDestroyTextureObject(texture));
    CHECK(cudaFreeMipmappedArray(mipmapped));
}

__global__ void fetch_memory(cudaTextureObject_t linear, cudaTextureObject_t pitched, int *out, float *rows, int n) {
    int k = threadIdx.x;
    out[k] = tex1Dfetch<int>(linear, k);
    rows[k] = tex2D<float>(pitched, k % 10 + 0.5f, k / 10 + 0.5f);
}

static void device_memory() {
    const int n = 50, w = 10, h = 5;
    std::vector<int> numbers(n);
    std::vector<float> texels(w * h);
    for (int i = 0; i < n; i++) {
        numbers[i] = int(mix(i));
        texels[i] = float(mix(i + 1000) % 10000);
    }
    Device<int> buffer(numbers.data(), n);
    cudaResourceDesc resource = {};
    resource.resType = cudaResourceTypeLinear;
    resource.res.linear.devPtr = buffer.data;
    resource.res.linear.desc = cudaCreateChannelDesc<int>();
    resource.res.linear.sizeInBytes = n * sizeof(int);
    cudaTextureObject_t linear = new_texture(resource, cudaTextureDesc{});
    float *rows;
    size_t pitch;
    CHECK(cudaMallocPitch(&rows, &pitch, w * sizeof(float), h));
    CHECK(cudaMemcpy2D(rows, pitch, texels.data(), w * 4, w * 4, h, cudaMemcpyHostToDevice));
    resource = {};
    resource.resType = cudaResourceTypePitch2D;
    resource.res.pitch2D.devPtr = rows;
    resource.res.pitch2D.desc = cudaCreateChannelDesc<float>();
    resource.res.pitch2D.width = w;
    resource.res.pitch2D.height = h;
    resource.res.pitch2D.pitchInBytes = pitch;
    cudaTextureObject_t pitched = new_texture(resource, how(cudaFilterModePoint, cudaAddressModeClamp, false));
    Device<int> result(n);
    Device<float> row_result(n);
    fetch_memory<<<1, n>>>(linear, pitched, result.data, row_result.data, n);
    std::vector<int> out(n);
    std::vector<float> row_out(n);
    result.read(out.data());
    row_result.read(row_out.data());
    for (int i = 0; i < n; i++) {
        expect("linear memory", i, out[i], numbers[i]);
        expect("pitched memory", i, row_out[i], texels[i]);
    }
    CHECK(cudaDestroyTextureObject(linear));
    CHECK(cudaDestroyTextureObject(pitched));
    CHECK(cudaFree(rows));
}

__global__ void gather(cudaTextureObject_t texture, float4 *out) {
    out[threadIdx.x] = tex2Dgather<float4>(texture, threadIdx.x + 1.0f, 1.0f, 1);
}

static void gathered() {
    const int w = 6, h = 2;
    std::vector<float2> texels(w * h);
    for (int i = 0; i < w * h; i++) {
        texels[i] = make_float2(float(i), float(100 + i));
    }
    cudaArray_t array;
    cudaChannelFormatDesc format = cudaCreateChannelDesc<float2>();
    CHECK(cudaMallocArray(&array, &format, w, h, cudaArrayTextureGather));
    CHECK(cudaMemcpy2DToArray(array, 0, 0, texels.data(), w * 8, w * 8, h, cudaMemcpyHostToDevice));
    cudaTextureObject_t texture = over(array, how(cudaFilterModePoint, cudaAddressModeClamp, false));
    Device<float4> result(w - 1);
    std::vector<float4> out(w - 1);
    gather<<<1, w - 1>>>(texture, result.data);
    result.read(out.data());
    for (int i = 0; i < w - 1; i++) {
        expect("gather x", i, out[i].x, 100 + w + i);
        expect("gather y", i, out[i].y, 100 + w + i + 1);
        expect("gather z", i, out[i].z, 100 + i + 1);
        expect("gather w", i, out[i].w, 100 + i);
    }
    CHECK(cudaDestroyTextureObject(texture));
    CHECK(cudaFreeArray(array));
}

int main() {
    filtered_2d();
    layers();
    volume();
    cube();
    mipmaps();
    device_memory();
    gathered();
    return verdict("textures", wrong, total);
}
