//! A thread: its registers, its place in the code, what it waits for.

use super::schedule::Request;
use ptx_frontend::checked::{Body, Function, Operand, RegisterId};
use ptx_frontend::types::ScalarType;

/// The lowest `count` bits of a value.
pub(super) fn low(value: u128, count: u32) -> u128 {
    if count >= 128 { value } else { value & ((1 << count) - 1) }
}

/// The integer that bits of a type stand for.
pub(super) fn integer(value: u128, count: u32, is_signed: bool) -> i128 {
    let value = low(value, count);
    if is_signed && count < 128 && value >> (count - 1) & 1 == 1 { value as i128 - (1 << count) } else { value as i128 }
}

/// A function in progress.
pub(super) struct Frame<'m> {
    pub(super) function: usize,
    pub(super) body: &'m Body,
    pub(super) next: usize,
    pub(super) registers: Vec<u128>,
    /// Where each of the body's locals, of the function's parameters and of its return parameters starts in the
    /// thread's local memory.
    pub(super) locals: Vec<u64>,
    pub(super) params: Vec<u64>,
    pub(super) returns: Vec<u64>,
    /// The end of local memory before this call.
    pub(super) base: usize,
    /// The caller's operands that receive the results.
    pub(super) results: Vec<u64>,
}

/// How a thread stands.
pub(super) enum State<'m> {
    Running,
    Waiting(Request<'m>),
    Gone,
}

/// A thread.
pub(super) struct Thread<'m> {
    /// Its number in the CTA.
    pub(super) number: u32,
    pub(super) tid: [u32; 3],
    pub(super) frames: Vec<Frame<'m>>,
    pub(super) local: Vec<u8>,
    pub(super) carry: bool,
    pub(super) state: State<'m>,
}

impl<'m> Thread<'m> {
    pub(super) fn frame(&self) -> &Frame<'m> {
        self.frames.last().expect("a thread has a frame until it is gone")
    }

    pub(super) fn frame_mut(&mut self) -> &mut Frame<'m> {
        self.frames.last_mut().expect("a thread has a frame until it is gone")
    }

    pub(super) fn register(&self, id: RegisterId) -> u128 {
        self.frame().registers[id.0 as usize]
    }

    /// Writes a value of a type: a wider register is filled with its sign or with zeros.
    pub(super) fn put(&mut self, operand: &Operand, ty: ScalarType, bits: u32, value: u128) {
        let Operand::Register(id) = operand else { return };
        let frame = self.frame_mut();
        let held = frame.body.registers[id.0 as usize].ty.bits();
        let extended = if ty.is_signed() { integer(value, bits, true) as u128 } else { low(value, bits) };
        frame.registers[id.0 as usize] = low(extended, held);
    }

    /// Begins a function. Its parameters and locals get fresh memory, aligned as they ask.
    pub(super) fn enter(&mut self, number: usize, function: &'m Function, body: &'m Body, params_are_local: bool) {
        let base = self.local.len();
        let place = |size: u64, align: u32, local: &mut Vec<u8>| {
            let start = (local.len() as u64).next_multiple_of(u64::from(align.max(1)));
            local.resize((start + size) as usize, 0);
            start
        };
        let all = |variables: &[ptx_frontend::checked::Variable], local: &mut Vec<u8>| -> Vec<u64> {
            variables.iter().map(|variable| place(variable.size, variable.align, local)).collect()
        };
        let locals = all(&body.locals, &mut self.local);
        let (params, returns) = if params_are_local {
            (all(&function.params, &mut self.local), all(&function.returns, &mut self.local))
        } else {
            let mut end = 0;
            let offsets = function.params.iter().map(|param| {
                let start = u64::next_multiple_of(end, u64::from(param.align.max(1)));
                end = start + param.size;
                start
            });
            (offsets.collect(), Vec::new())
        };
        self.frames.push(Frame {
            function: number,
            body,
            next: 0,
            registers: vec![0; body.registers.len()],
            locals,
            params,
            returns,
            base,
            results: Vec::new(),
        });
    }
}
