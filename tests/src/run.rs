//! Runs a case against a driver.

use crate::case::{Argument, ArgumentKind, Case, Launch, Problem};
use crate::driver::{Address, Answer, Driver, Failure, Held, Module, is_ours};
use crate::image::{Image, Store, Texels};
use crate::value::{Arrays, Element, Type};
use anyhow::{Context as _, Result, bail, ensure};
use std::collections::HashMap;

/// What a run that found nothing wrong says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Everything was as expected.
    Passed,
    /// The file's `.target` is not for the device, or its `.version` too new for the driver.
    NotForThisDevice,
    /// The file holds a kernel that hangs, or says `ours:`, and the library is not ours.
    NotForThisLibrary,
}

/// Runs a case; an error says what is wrong.
pub fn run(driver: &Driver, case: &Case) -> Result<Outcome> {
    let capability = driver.compute_capability().map_err(unexpected("compute capability"))?;
    if !case.target.fits(capability) {
        return Ok(Outcome::NotForThisDevice);
    }
    if !is_ours() && (case.ours.is_some() || case.launches.iter().any(|launch| launch.hang.is_some())) {
        return Ok(Outcome::NotForThisLibrary);
    }
    let mut image = case.ptx.clone().into_bytes();
    image.push(0);
    let module = match (driver.load(&image), &case.load_error) {
        (Err(failure), Some(problem)) => return check_load_error(&failure, problem).map(|()| Outcome::Passed),
        (Err(failure), None) if !is_ours() && failure.name == "CUDA_ERROR_UNSUPPORTED_PTX_VERSION" => {
            return Ok(Outcome::NotForThisDevice);
        }
        (Ok(_), Some(problem)) => bail!("the module loads, expected {}", problem.code),
        (answer, None) => answer.map_err(unexpected("loading the module"))?,
    };
    for launch in &case.launches {
        run_launch(driver, module, launch).with_context(|| format!("launch of line {}", launch.line))?;
    }
    Ok(Outcome::Passed)
}

fn unexpected(what: &str) -> impl Fn(Failure) -> anyhow::Error {
    move |failure| anyhow::anyhow!("{what}: {failure}")
}

fn check_load_error(failure: &Failure, problem: &Problem) -> Result<()> {
    ensure!(failure.name == problem.code, "the module fails to load with {failure}, expected {}", problem.code);
    // Every driver names the line in its log, each in its own words.
    let Some(line) = problem.line.map(|line| line.to_string()) else { return Ok(()) };
    let names_line = failure.log.split(|c: char| !c.is_ascii_digit()).any(|number| number == line);
    ensure!(names_line, "the log does not name line {line}:\n{}", failure.log);
    Ok(())
}

/// Arguments in memory: the arrays, and the bytes of every parameter.
struct Prepared {
    addresses: HashMap<String, Address>,
    /// What holds the texels of textures and surfaces.
    images: HashMap<String, (Store, Held)>,
    arrays: Arrays,
    parameters: Vec<Vec<u8>>,
}

fn run_launch(driver: &Driver, module: Module, launch: &Launch) -> Result<()> {
    let mut prepared = prepare(driver, module, &launch.arguments)?;
    let answer = driver
        .function(module, &launch.kernel)
        .and_then(|function| driver.launch(function, &launch.shape, &mut prepared.parameters));
    if let Some(code) = &launch.refusal {
        return expect_failure(answer, code);
    }
    answer.map_err(unexpected("the launch"))?;
    let answer = driver.synchronize();
    if launch.hang.is_some() {
        return expect_failure(answer, "CUDA_ERROR_LAUNCH_FAILED");
    }
    if let Some(problem) = &launch.fault {
        expect_failure(answer, &problem.code)?;
        // Such errors stay: whatever is asked next answers the same.
        return expect_failure(driver.synchronize(), &problem.code).context("asked again");
    }
    answer.map_err(unexpected("the kernel"))?;
    for expectation in &launch.expectations {
        let (ty, first) =
            prepared.arrays.get(&expectation.array).with_context(|| format!("no array `{}`", expectation.array))?;
        let bytes = match prepared.images.get(&expectation.array) {
            Some((store, held)) => driver.read_array(store, *held),
            None => driver.read(prepared.addresses[&expectation.array], first.len() * ty.size()),
        };
        let bytes = bytes.map_err(unexpected("reading back"))?;
        let mut bits = to_bits(*ty, &bytes);
        let count = match expectation.index {
            Some(index) => {
                bits = vec![*bits.get(index).context("no such element")?];
                1
            }
            None => bits.len(),
        };
        let expected = expectation.content.of(*ty, count, &prepared.arrays)?;
        if let Some(difference) = expectation.comparison.difference(*ty, &expected, &bits) {
            bail!("line {}: `{}`: {difference}", expectation.line, expectation.array);
        }
    }
    Ok(())
}

fn expect_failure(answer: Answer, code: &str) -> Result<()> {
    match answer {
        Err(failure) if failure.name == code => Ok(()),
        Err(failure) => bail!("the answer is {failure}, expected {code}"),
        Ok(()) => bail!("the answer is success, expected {code}"),
    }
}

fn prepare(driver: &Driver, module: Module, arguments: &[Argument]) -> Result<Prepared> {
    let mut prepared =
        Prepared { addresses: HashMap::new(), images: HashMap::new(), arrays: HashMap::new(), parameters: Vec::new() };
    for argument in arguments {
        let bytes = match &argument.kind {
            ArgumentKind::Array { ty, count, content } => {
                let bits = known_bits(&content.of(*ty, *count, &prepared.arrays)?)?;
                let address = driver.buffer(&to_bytes(*ty, &bits)).map_err(unexpected("device memory"))?;
                prepared.addresses.insert(argument.name.clone(), address);
                prepared.arrays.insert(argument.name.clone(), (*ty, bits));
                address.to_le_bytes().to_vec()
            }
            ArgumentKind::Value { ty, count, content } => {
                to_bytes(*ty, &known_bits(&content.of(*ty, *count, &prepared.arrays)?)?)
            }
            ArgumentKind::Image(image) => match prepare_image(driver, module, &argument.name, image, &mut prepared)? {
                Some(handle) => handle.to_le_bytes().to_vec(),
                None => continue,
            },
            ArgumentKind::TensorMap(map) => {
                let address = prepared.addresses.get(&map.array);
                let address = *address.with_context(|| format!("no array `{}`", map.array))?;
                driver.tensor_map(map, address).map_err(unexpected("the tensor map"))?
            }
            ArgumentKind::Address { array, offset } => {
                let base = match array {
                    Some(name) => *prepared.addresses.get(name).with_context(|| format!("no array `{name}`"))?,
                    None => 0,
                };
                base.wrapping_add_signed(*offset).to_le_bytes().to_vec()
            }
        };
        prepared.parameters.push(bytes);
    }
    Ok(prepared)
}

/// Makes a texture or surface; the handle to be passed, unless it is bound to a reference.
fn prepare_image(
    driver: &Driver,
    module: Module,
    name: &str,
    image: &Image,
    prepared: &mut Prepared,
) -> Result<Option<Address>> {
    let (store, held) = match &image.texels {
        Texels::Of(other) => prepared.images.get(other).with_context(|| format!("no texels `{other}`"))?.clone(),
        Texels::New(store) => {
            let bits = known_bits(&store.content.of(store.ty, store.count(), &prepared.arrays)?)?;
            let held = driver.texels(store, &to_bytes(store.ty, &bits)).map_err(unexpected("texels"))?;
            prepared.arrays.insert(name.into(), (store.ty, bits));
            (Store::clone(store), held)
        }
    };
    let handle = match (image.is_reference, image.is_surface) {
        (true, true) => driver.bind_surface(module, name, held).map(|()| None),
        (true, false) => driver.bind_texture(module, name, &store, held, &image.sampling).map(|()| None),
        (false, true) => driver.surface(&store, held).map(Some),
        (false, false) => driver.texture(&store, held, &image.sampling).map(Some),
    };
    prepared.images.insert(name.into(), (store, held));
    handle.map_err(unexpected("the texture or surface"))
}

fn known_bits(elements: &[Element]) -> Result<Vec<u64>> {
    elements
        .iter()
        .map(|element| match element {
            Element::Bits(bits) => Ok(*bits),
            Element::Nan | Element::Any => bail!("an input must have definite bits"),
        })
        .collect()
}

fn to_bytes(ty: Type, bits: &[u64]) -> Vec<u8> {
    bits.iter().flat_map(|bits| bits.to_le_bytes().into_iter().take(ty.size())).collect()
}

fn to_bits(ty: Type, bytes: &[u8]) -> Vec<u64> {
    bytes.chunks(ty.size()).map(|chunk| chunk.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte))).collect()
}

/// Checks what a run printed; the wording of messages is our own, so that of other libraries is not checked.
pub fn check_output(case: &Case, stdout: &str, stderr: &str) -> Result<()> {
    contains_in_order(stdout, &case.stdout).context("standard output")?;
    if !is_ours() {
        return Ok(());
    }
    contains_in_order(stderr, &case.stderr).context("standard error")?;
    for text in case.launches.iter().filter_map(|launch| launch.hang.as_ref()) {
        ensure!(stderr.contains(text), "standard error lacks `{text}`:\n{stderr}");
    }
    for line in case.launches.iter().filter_map(|launch| launch.fault.as_ref()?.line) {
        ensure!(stderr.contains(&format!(":{line}")), "the message does not name line {line}:\n{stderr}");
    }
    Ok(())
}

fn contains_in_order(text: &str, fragments: &[String]) -> Result<()> {
    let mut rest = text;
    for fragment in fragments {
        let at = rest.find(fragment.as_str()).with_context(|| format!("`{fragment}` is missing in:\n{text}"))?;
        rest = &rest[at + fragment.len()..];
    }
    Ok(())
}
