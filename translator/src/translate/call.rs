//! `call`: device functions copied in or called, calls through pointers, and the functions that the CUDA device runtime
//! provides.

use super::body::{Failure, Lowering};
use super::called_function;
use super::device_runtime;
use super::object::{Home, Name, holding};
use super::plan::words_of;
use super::words::Words;
use crate::tile::{Args, Callee, Op, Operand as Value, Terminator, Type};
use ptx_frontend::checked::{self, FunctionId, Operand, Variable};
use ptx_frontend::types::ScalarType;

/// What stands in the argument list of a call.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    /// A `.param` variable.
    Object(Home),
    /// A register or literal, of the parameter's type.
    Plain(Value, Type),
}

/// What stands in the result list of a call.
#[derive(Clone, Debug)]
pub(super) enum Destination {
    /// A `.param` variable.
    Object(Home),
    /// A register or `_`.
    Plain(Operand),
}

pub(super) fn lower(at: &mut Lowering<'_>, _words: &mut Words, operands: &[Operand]) -> Result<(), Failure> {
    let [Operand::List(results), callee, Operand::List(arguments), rest @ ..] = operands else {
        return Err(Failure::form());
    };
    let results: Vec<Destination> = results.iter().map(|operand| destination(at, operand)).collect();
    match (callee, rest) {
        (Operand::Function(id), _) => {
            let function: &checked::Function = &at.module.functions[id.0 as usize];
            let arguments = arguments_of(at, &function.params, arguments)?;
            direct(at, *id, &arguments, &results)
        }
        (pointer, [Operand::Prototype(prototype)]) => {
            let address = at.value(pointer, ScalarType::B64)?;
            let (returns, params) = &at.body().prototypes[*prototype as usize];
            let arguments = arguments_of(at, params, arguments)?;
            through(at, Callee::Indirect(address), (params, &arguments), (returns, &results))
        }
        _ => Err(Failure::because("a call through a pointer needs a prototype")),
    }
}

fn arguments_of(at: &mut Lowering<'_>, params: &[Variable], operands: &[Operand]) -> Result<Vec<Argument>, Failure> {
    if operands.len() != params.len() {
        return Err(Failure::because(format!("the function takes {} arguments", params.len())));
    }
    let mut arguments = Vec::new();
    for (operand, param) in operands.iter().zip(params) {
        arguments.push(match Name::of(operand) {
            Some((name, 0)) => Argument::Object(at.home(name).clone()),
            _ => Argument::Plain(at.value(operand, param.ty)?, Type::holding(param.ty.bits())),
        });
    }
    Ok(arguments)
}

fn destination(at: &Lowering<'_>, operand: &Operand) -> Destination {
    match Name::of(operand) {
        Some((name, 0)) => Destination::Object(at.home(name).clone()),
        _ => Destination::Plain(operand.clone()),
    }
}

fn direct(
    at: &mut Lowering<'_>,
    id: FunctionId,
    arguments: &[Argument],
    results: &[Destination],
) -> Result<(), Failure> {
    let function: &checked::Function = &at.module.functions[id.0 as usize];
    if results.len() > function.returns.len() {
        return Err(Failure::because(format!("`{}` has {} results", function.name, function.returns.len())));
    }
    at.refuse_rejected(function)?;
    if function.body.is_none() {
        return provided(at, function, arguments, results);
    }
    match called_function(at.plan, id) {
        // Functions that pointers may lead to are copied as well, unless they are recursive.
        Some(called) if at.plan.must_call.contains(&id) => {
            through(at, Callee::Direct(called), (&function.params, arguments), (&function.returns, results))
        }
        _ => at.copy_callee(function, false, arguments, results),
    }
}

/// A real call, with parameters and results as words.
fn through(
    at: &mut Lowering<'_>,
    callee: Callee,
    (params, arguments): (&[Variable], &[Argument]),
    (returns, results): (&[Variable], &[Destination]),
) -> Result<(), Failure> {
    if results.len() > returns.len() {
        return Err(Failure::because(format!("the function has {} results", returns.len())));
    }
    let mut args = Args::new();
    for (argument, param) in arguments.iter().zip(params) {
        for (offset, bytes, ty) in words_in(param) {
            args.push(read_argument(at, argument, offset, bytes, ty)?);
        }
    }
    let types = words_of(returns);
    let values = at.builder.end_and_go_on(&types, |results, next| Terminator::Call {
        callee,
        args,
        results: results.into_iter().collect(),
        next,
    });
    let mut values = values.into_iter();
    for (index, declared) in returns.iter().enumerate() {
        for (offset, bytes, ty) in words_in(declared) {
            let value = values.next().ok_or_else(Failure::form)?;
            if let Some(result) = results.get(index) {
                write_result(at, result, declared, (offset, bytes), value, ty)?;
            }
        }
    }
    Ok(())
}

/// The words of one variable: offset, bytes that count, type.
fn words_in(variable: &Variable) -> impl Iterator<Item = (u32, u32, Type)> {
    let size = variable.size as u32;
    words_of(std::slice::from_ref(variable))
        .into_iter()
        .enumerate()
        .map(move |(index, ty)| (8 * index as u32, (size - 8 * index as u32).min(8), ty))
}

fn read_argument(
    at: &mut Lowering<'_>,
    argument: &Argument,
    offset: u32,
    bytes: u32,
    ty: Type,
) -> Result<Value, Failure> {
    match argument {
        Argument::Object(home) => at.gather(home, offset, bytes, ty),
        Argument::Plain(value, held) => at.resize(*value, *held, ty, false),
    }
}

fn write_result(
    at: &mut Lowering<'_>,
    result: &Destination,
    declared: &Variable,
    (offset, bytes): (u32, u32),
    value: Value,
    ty: Type,
) -> Result<(), Failure> {
    match result {
        // The object may be cut at other places than at words.
        Destination::Object(home) => at.scatter(home, offset, bytes, value, ty),
        Destination::Plain(operand) => {
            let value = at.resize(value, ty, Type::holding(declared.ty.bits()), false)?;
            at.put(operand, value, declared.ty)
        }
    }
}

impl Lowering<'_> {
    /// Copies an argument into a callee's parameter.
    pub(super) fn pass_argument(&mut self, argument: &Argument, to: &Home, param: &Variable) -> Result<(), Failure> {
        match argument {
            Argument::Object(from) => self.copy(from, to, param.size),
            Argument::Plain(..) => {
                for (offset, bytes, ty) in words_in(param) {
                    let value = read_argument(self, argument, offset, bytes, ty)?;
                    self.scatter(to, offset, bytes, value, ty)?;
                }
                Ok(())
            }
        }
    }

    /// Copies a callee's result to where the caller wants it.
    pub(super) fn take_result(
        &mut self,
        result: &Destination,
        from: &Home,
        declared: &Variable,
    ) -> Result<(), Failure> {
        match result {
            Destination::Object(to) => self.copy(from, to, declared.size),
            Destination::Plain(operand) => {
                let bytes = declared.ty.bytes();
                let value = self.gather(from, 0, bytes, holding(bytes))?;
                self.put(operand, value, declared.ty)
            }
        }
    }

    /// Objects as words.
    pub(super) fn pack(&mut self, homes: &[Home], declared: &[Variable]) -> Result<Vec<Value>, Failure> {
        let mut words = Vec::new();
        for (home, variable) in homes.iter().zip(declared) {
            for (offset, bytes, ty) in words_in(variable) {
                words.push(self.gather(home, offset, bytes, ty)?);
            }
        }
        Ok(words)
    }

    /// Words into objects.
    pub(super) fn unpack(&mut self, homes: &[Home], declared: &[Variable], words: &[Value]) -> Result<(), Failure> {
        let mut words = words.iter();
        for (home, variable) in homes.iter().zip(declared) {
            for (offset, bytes, ty) in words_in(variable) {
                let word = *words.next().ok_or_else(Failure::form)?;
                self.scatter(home, offset, bytes, word, ty)?;
            }
        }
        Ok(())
    }
}

/// A function of the device runtime that is written in PTX.
fn in_ptx(
    at: &mut Lowering<'_>,
    declared: &checked::Function,
    written: &'static checked::Function,
    arguments: &[Argument],
    results: &[Destination],
) -> Result<(), Failure> {
    let sizes = |list: &[Variable]| list.iter().map(|each| each.size).collect::<Vec<_>>();
    let agrees =
        sizes(&declared.params) == sizes(&written.params) && sizes(&declared.returns) == sizes(&written.returns);
    if !agrees {
        return Err(Failure::because(format!("`{}` has other parameters or results", declared.name)));
    }
    at.copy_callee(written, true, arguments, results)
}

/// Functions without a body: those of the device runtime that we provide.
fn provided(
    at: &mut Lowering<'_>,
    function: &checked::Function,
    arguments: &[Argument],
    results: &[Destination],
) -> Result<(), Failure> {
    let (op, types, result): (Op, &[Type], Option<Type>) = match function.name.as_str() {
        "vprintf" => (Op::Printf, &[Type::B64, Type::B64], Some(Type::B32)),
        "__assertfail" => (Op::AssertFail, &[Type::B64, Type::B64, Type::B32, Type::B64, Type::B64], None),
        "malloc" => (Op::Malloc, &[Type::B64], Some(Type::B64)),
        "free" => (Op::Free, &[Type::B64], None),
        name => {
            if let Some(written) = device_runtime::function(name) {
                return in_ptx(at, function, written, arguments, results);
            }
            let reason = if name.starts_with("cuda") || name.starts_with("__cuda") || name.starts_with("cnp") {
                "the device runtime is not provided: kernels cannot launch kernels or change graphs (dynamic parallelism)"
            } else {
                "the function is not defined in the module and not provided"
            };
            return Err(Failure::Undefined { name: name.to_owned(), reason });
        }
    };
    if types.len() != arguments.len() {
        return Err(Failure::because(format!("`{}` takes {} arguments", function.name, types.len())));
    }
    let mut args = Vec::new();
    for (argument, ty) in arguments.iter().zip(types) {
        args.push(read_argument(at, argument, 0, ty.bits() / 8, *ty)?);
    }
    let values = at.builder.emit(op, &args, result.as_slice());
    if op == Op::AssertFail {
        // It does not return, whatever stands behind it.
        at.builder.end(Terminator::Trap);
        return Ok(());
    }
    if let (Some(ty), Some(destination), Some(declared)) = (result, results.first(), function.returns.first()) {
        write_result(at, destination, declared, (0, ty.bits() / 8), values[0], ty)?;
    }
    Ok(())
}
