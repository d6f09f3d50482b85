"""PTX that Triton makes of the kernels everybody starts with: python triton_kernels.py FOLDER"""

import pathlib
import sys

import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

CAPABILITIES = [80, 90, 100, 120]


@triton.jit
def add(x, y, out, n, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out + at, tl.load(x + at, at < n) + tl.load(y + at, at < n), at < n)


@triton.jit
def softmax(x, out, stride, columns, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    at = tl.arange(0, BLOCK)
    values = tl.load(x + row * stride + at, at < columns, other=-float("inf"))
    powers = tl.exp(values - tl.max(values, 0))
    tl.store(out + row * stride + at, powers / tl.sum(powers, 0), at < columns)


@triton.jit
def layer_norm(x, weight, bias, out, stride, columns, epsilon, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    at = tl.arange(0, BLOCK)
    inside = at < columns
    values = tl.load(x + row * stride + at, inside, other=0.0).to(tl.float32)
    mean = tl.sum(values, 0) / columns
    centred = tl.where(inside, values - mean, 0.0)
    scale = 1 / tl.sqrt(tl.sum(centred * centred, 0) / columns + epsilon)
    result = centred * scale * tl.load(weight + at, inside) + tl.load(bias + at, inside)
    tl.store(out + row * stride + at, result.to(out.dtype.element_ty), inside)


@triton.jit
def matmul(a, b, c, m, n, k, sa, sb, sc, M: tl.constexpr, N: tl.constexpr, K: tl.constexpr):
    rows = tl.program_id(0) * M + tl.arange(0, M)
    columns = tl.program_id(1) * N + tl.arange(0, N)
    inner = tl.arange(0, K)
    total = tl.zeros((M, N), dtype=tl.float32)
    for start in range(0, k, K):
        left = tl.load(a + rows[:, None] * sa + (start + inner)[None, :], (start + inner)[None, :] < k, other=0.0)
        right = tl.load(b + (start + inner)[:, None] * sb + columns[None, :], (start + inner)[:, None] < k, other=0.0)
        total = tl.dot(left, right, total)
    inside = (rows[:, None] < m) & (columns[None, :] < n)
    tl.store(c + rows[:, None] * sc + columns[None, :], total.to(c.dtype.element_ty), inside)


@triton.jit
def attention(q, k, v, out, length, scale, M: tl.constexpr, N: tl.constexpr, D: tl.constexpr):
    rows = tl.program_id(0) * M + tl.arange(0, M)
    head = tl.program_id(1) * length * D
    depth = tl.arange(0, D)
    query = tl.load(q + head + rows[:, None] * D + depth[None, :])
    best = tl.full((M,), -float("inf"), tl.float32)
    weight = tl.zeros((M,), tl.float32)
    total = tl.zeros((M, D), tl.float32)
    for start in range(0, length, N):
        columns = start + tl.arange(0, N)
        key = tl.load(k + head + columns[None, :] * D + depth[:, None])
        score = tl.dot(query, key) * scale
        score = tl.where(rows[:, None] >= columns[None, :], score, -float("inf"))
        better = tl.maximum(best, tl.max(score, 1))
        power = tl.exp2(score - better[:, None])
        shrink = tl.exp2(best - better)
        weight = weight * shrink + tl.sum(power, 1)
        value = tl.load(v + head + columns[:, None] * D + depth[None, :])
        total = tl.dot(power.to(value.dtype), value, total * shrink[:, None])
        best = better
    tl.store(out + head + rows[:, None] * D + depth[None, :], (total / weight[:, None]).to(out.dtype.element_ty))


@triton.jit
def histogram(x, out, n, BLOCK: tl.constexpr):
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.atomic_add(out + tl.load(x + at, at < n, other=0), 1, at < n)


@triton.jit
def running_sum(x, out, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    tl.store(out + at, tl.cumsum(tl.load(x + at), 0))


def variants():
    yield "add", add, dict(x="*fp32", y="*fp32", out="*fp32", n="i32"), dict(BLOCK=1024), 4
    for ty in ["fp16", "bf16", "fp32"]:
        yield f"softmax_{ty}", softmax, dict(x="*" + ty, out="*" + ty, stride="i32", columns="i32"), dict(BLOCK=1024), 4
        args = dict(x="*" + ty, weight="*fp32", bias="*fp32", out="*" + ty, stride="i32", columns="i32", epsilon="fp32")
        yield f"layer_norm_{ty}", layer_norm, args, dict(BLOCK=1024), 8
    for ty, out in [("fp16", "fp16"), ("bf16", "bf16"), ("fp32", "fp32"), ("fp8e5", "fp16")]:
        args = dict(a="*" + ty, b="*" + ty, c="*" + out, m="i32", n="i32", k="i32", sa="i32", sb="i32", sc="i32")
        for size in [dict(M=64, N=64, K=32), dict(M=128, N=128, K=64)]:
            yield f"matmul_{ty}_{size['M']}", matmul, args, size, 4
    for ty in ["fp16", "bf16"]:
        args = dict(q="*" + ty, k="*" + ty, v="*" + ty, out="*" + ty, length="i32", scale="fp32")
        yield f"attention_{ty}", attention, args, dict(M=64, N=64, D=64), 4
    yield "histogram", histogram, dict(x="*i32", out="*i32", n="i32"), dict(BLOCK=256), 4
    yield "running_sum", running_sum, dict(x="*fp32", out="*fp32"), dict(BLOCK=1024), 4


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for capability in CAPABILITIES:
        for name, kernel, arguments, constants, warps in variants():
            path = folder / f"{name}_{capability}.ptx"
            if path.exists():
                continue
            signature = dict(arguments, **{constant: "constexpr" for constant in constants})
            source = ASTSource(fn=kernel, signature=signature, constexprs=constants)
            try:
                compiled = triton.compile(source, target=GPUTarget("cuda", capability, 32), options=dict(num_warps=warps))
            except Exception as error:  # Not every type is there on every device.
                print(f"triton cannot compile {name} for {capability}: {str(error)[:200]}", file=sys.stderr)
                continue
            path.write_text(compiled.asm["ptx"])


main()
