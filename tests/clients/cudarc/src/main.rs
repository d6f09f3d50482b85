//! Compiles kernels with NVRTC, runs them through cudarc's driver API, and checks what they compute.

use cudarc::driver::{CudaContext, DriverError, LaunchConfig, PushKernelArg};
use cudarc::nvrtc::compile_ptx;
use std::error::Error;
use std::process::ExitCode;

const SOURCE: &str = r#"
struct Point {
    float x, y;
};

extern "C" __global__ void polynomial(float *out, const float *in, const int n, const Point p) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        out[i] = fmaf(in[i] * in[i], p.x, p.y);
    }
}

extern "C" __global__ void sum_of_block(const int *in, int *out) {
    extern __shared__ int partial[];
    partial[threadIdx.x] = in[blockIdx.x * blockDim.x + threadIdx.x];
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            partial[threadIdx.x] += partial[threadIdx.x + half];
        }
    }
    if (threadIdx.x == 0) {
        out[blockIdx.x] = partial[0];
    }
}
"#;

#[repr(C)]
#[derive(Clone, Copy)]
struct Point {
    x: f32,
    y: f32,
}

// SAFETY: it is plain data, laid out as the kernel's structure.
unsafe impl cudarc::driver::DeviceRepr for Point {}

fn main() -> ExitCode {
    match run() {
        Ok(results) => {
            println!("ok: cudarc client, {results} results");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("FAILED: cudarc client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<usize, Box<dyn Error>> {
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let module = context.load_module(compile_ptx(SOURCE)?)?;

    // Launch, with a structure by value.
    let polynomial = module.load_function("polynomial")?;
    let n = 1000;
    let host: Vec<f32> = (0..n).map(|i| i as f32 * 0.25).collect();
    let input = stream.clone_htod(&host)?;
    let mut output = stream.alloc_zeros::<f32>(n)?;
    let (count, point) = (n as i32, Point { x: 0.5, y: -3.0 });
    let start = stream.record_event(Some(cudarc::driver::sys::CUevent_flags::CU_EVENT_DEFAULT))?;
    let mut launch = stream.launch_builder(&polynomial);
    launch.arg(&mut output).arg(&input).arg(&count).arg(&point);
    // SAFETY: the arguments are those of the kernel.
    unsafe { launch.launch(LaunchConfig::for_num_elems(n as u32)) }?;
    let end = stream.record_event(Some(cudarc::driver::sys::CUevent_flags::CU_EVENT_DEFAULT))?;
    for (x, y) in host.iter().zip(stream.clone_dtoh(&output)?) {
        let expected = (x * x).mul_add(point.x, point.y);
        if y != expected {
            return Err(format!("polynomial({x}) is {y}, not {expected}").into());
        }
    }
    let milliseconds = start.elapsed_ms(&end)?;
    if milliseconds <= 0.0 {
        return Err(format!("the launch took {milliseconds} ms").into());
    }

    // Dynamic shared memory, on a slice of an array.
    let sum_of_block = module.load_function("sum_of_block")?;
    let (blocks, threads) = (8usize, 128usize);
    let numbers: Vec<i32> = (0..(blocks * threads) as i32 + 5).map(|i| i * i % 1009).collect();
    let input = stream.clone_htod(&numbers)?;
    let mut output = stream.alloc_zeros::<i32>(blocks)?;
    let shape = LaunchConfig {
        grid_dim: (blocks as u32, 1, 1),
        block_dim: (threads as u32, 1, 1),
        shared_mem_bytes: (threads * size_of::<i32>()) as u32,
    };
    let tail = input.slice(5..);
    let mut launch = stream.launch_builder(&sum_of_block);
    launch.arg(&tail).arg(&mut output);
    // SAFETY: the arguments are those of the kernel.
    unsafe { launch.launch(shape) }?;
    for (block, sum) in stream.clone_dtoh(&output)?.into_iter().enumerate() {
        let expected: i32 = numbers[5 + block * threads..][..threads].iter().sum();
        if sum != expected {
            return Err(format!("the sum of block {block} is {sum}, not {expected}").into());
        }
    }

    // What is not there is an error, not a crash.
    match module.load_function("missing") {
        Err(DriverError(code)) if code == cudarc::driver::sys::CUresult::CUDA_ERROR_NOT_FOUND => {}
        answer => return Err(format!("a missing kernel gives {:?}", answer.map(|_| ())).into()),
    }
    Ok(n + blocks)
}
