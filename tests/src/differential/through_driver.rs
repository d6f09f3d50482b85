//! The same programs through a `libcuda.so.1`, as a CUDA program would run them.

use super::program::{Program, SUMS};
use super::{KERNEL, Verdict, difference, prepare};
use crate::driver::{Driver, Failure, Shape};
use crate::naive::{self, Buffer, Launch};

/// Where the naive interpreter has the module's variables: no program lets their addresses out.
const VARIABLES: u64 = 0x10_0000;

/// Runs a program by the driver and by the naive interpreter, and compares.
pub fn compare(driver: &Driver, program: &Program) -> Verdict {
    let prepared = match prepare(program) {
        Ok(prepared) => prepared,
        Err(why) => return Verdict::Different(why),
    };
    let contents = [prepared.input.clone(), vec![0; program.output_bytes()], vec![0; 8 * SUMS]];
    let mut buffers = Vec::new();
    for bytes in contents {
        match driver.buffer(&bytes) {
            Ok(address) => buffers.push(Buffer { address, bytes }),
            Err(failure) => return Verdict::Different(format!("device memory: {failure}")),
        }
    }
    let parameters = program.parameters([buffers[0].address, buffers[1].address, buffers[2].address]);
    let answer = run(driver, program, &prepared.text, &parameters, &buffers);
    for buffer in &buffers {
        if let Err(failure) = driver.free(buffer.address) {
            return Verdict::Different(format!("freeing memory: {failure}"));
        }
    }
    let mut symbols = Vec::new();
    for (number, variable) in prepared.module.variables.iter().enumerate() {
        let address = VARIABLES + 0x1000 * number as u64;
        let mut bytes = variable.initial.clone();
        bytes.resize(variable.size as usize, 0);
        symbols.push(address);
        buffers.push(Buffer { address, bytes });
    }
    let launch = Launch {
        grid: program.grid,
        block: program.block,
        parameters: &parameters,
        symbols: &symbols,
        refuses_races: false,
        budget: 20_000_000,
    };
    if let Err(stop) = naive::run(&prepared.module, KERNEL, &launch, &mut buffers) {
        return Verdict::Open(stop.to_string());
    }
    match answer {
        Err(failure) if failure.name.contains("NOT_SUPPORTED") => Verdict::Refused(failure.to_string()),
        Err(failure) => Verdict::Different(failure.to_string()),
        Ok(left) => difference(program, &buffers, &left).map_or(Verdict::Same, Verdict::Different),
    }
}

/// Loads and launches; what the buffers hold afterwards.
fn run(
    driver: &Driver,
    program: &Program,
    text: &str,
    parameters: &[u8],
    buffers: &[Buffer],
) -> Result<Vec<Vec<u8>>, Failure> {
    let mut image = text.as_bytes().to_vec();
    image.push(0);
    let module = driver.load(&image)?;
    let function = driver.function(module, KERNEL)?;
    let shape = Shape { grid: program.grid, block: program.block, shared: 0, cooperative: false };
    // Three addresses, a number, and at the next multiple of 32 the table.
    let mut arguments: Vec<Vec<u8>> = parameters[..24].chunks(8).map(<[u8]>::to_vec).collect();
    arguments.push(parameters[24..28].to_vec());
    arguments.push(parameters[32..].to_vec());
    driver.launch(function, &shape, &mut arguments)?;
    driver.synchronize()?;
    let left =
        buffers.iter().map(|buffer| driver.read(buffer.address, buffer.bytes.len())).collect::<Result<_, _>>()?;
    driver.unload(module)?;
    Ok(left)
}
