//! The operations inside a block, over the lanes that run it.

use super::cluster::Machine;
use super::collective::{self, Values};
use super::prepare::{CONSTANT, Code, Ref, Step, Together};
use super::warp::{Context, Warp, WarpFault, partition, row};
use super::{FaultKind, GlobalMemory, LANES, LaneFault, Services, Thread, each, special, try_each};
use smallvec::{SmallVec, smallvec};

impl Warp {
    pub(super) fn run_steps<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &mut Machine<'_, M, S>,
        context: &mut Context<'_>,
        code: &Code,
        lanes: u32,
    ) -> Result<(), WarpFault> {
        for (at, step) in code.steps.iter().enumerate() {
            self.run_step(machine, context, code.function, step, lanes)
                .map_err(|LaneFault { lane, kind }| WarpFault { lane, kind, origin: code.origins[at] })?;
        }
        Ok(())
    }

    #[inline]
    fn run_step<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &mut Machine<'_, M, S>,
        context: &mut Context<'_>,
        function: u32,
        step: &Step,
        lanes: u32,
    ) -> Result<(), LaneFault> {
        let rows = self.rows(function);
        let get = |at: Ref| row(rows, context.constants, at);
        match step {
            Step::F1(f, a, out) => {
                let (a, out) = (get(*a), &rows[*out as usize]);
                each(lanes, |lane| out.set(lane, f(a.get(lane))));
            }
            Step::F2(f, [a, b], out) => {
                let (a, b, out) = (get(*a), get(*b), &rows[*out as usize]);
                each(lanes, |lane| out.set(lane, f(a.get(lane), b.get(lane))));
            }
            Step::F3(f, [a, b, c], out) => {
                let (a, b, c, out) = (get(*a), get(*b), get(*c), &rows[*out as usize]);
                each(lanes, |lane| out.set(lane, f(a.get(lane), b.get(lane), c.get(lane))));
            }
            Step::F4(f, [a, b, c, d], out) => {
                let (a, b, c, d, out) = (get(*a), get(*b), get(*c), get(*d), &rows[*out as usize]);
                each(lanes, |lane| out.set(lane, f(a.get(lane), b.get(lane), c.get(lane), d.get(lane))));
            }
            Step::Dyn(meaning, args, out) => each(lanes, |lane| {
                let args: smallvec::SmallVec<[u64; 8]> = args.iter().map(|&a| get(a).get(lane)).collect();
                rows[*out as usize].set(lane, meaning.apply(&args));
            }),
            Step::Copy(from, out) => each(lanes, |lane| rows[*out as usize].set(lane, get(*from).get(lane))),
            Step::Special(register, out) => each(lanes, |lane| {
                let bits = special::read(*register, machine, context, self.index, lane as u32, self.tids[lane]);
                rows[*out as usize].set(lane, bits);
            }),
            Step::Symbol(symbol, out) => {
                let address = machine.grid.symbols[*symbol as usize];
                each(lanes, |lane| rows[*out as usize].set(lane, address));
            }
            Step::DynamicShared(out) => {
                let offset = u64::from(machine.prepared.dynamic_shared_offset());
                each(lanes, |lane| rows[*out as usize].set(lane, offset));
            }
            Step::FrameAddress(offset, out) => {
                each(lanes, |lane| rows[*out as usize].set(lane, u64::from(self.base[lane]) + u64::from(*offset)));
            }
            Step::Load(load) => return self.load(machine, context, function, load, lanes),
            Step::Store(store) => return self.store(machine, context, function, store, lanes),
            Step::Atomic(atomic) => return self.atomic(machine, context, function, atomic, lanes),
            Step::Fence(order) => machine.memory.fence(*order),
            Step::Image(step) => return self.image(machine, context, function, step, lanes),
            Step::Sleep(nanoseconds) => {
                let longest = (0..LANES).filter(|l| lanes & (1 << l) != 0).map(|l| get(*nanoseconds).get(l)).max();
                *context.clock += longest.unwrap_or(0);
                self.nap();
            }
            Step::Collective(together) => {
                self.act_in_place(context, function, together, lanes);
            }
            Step::Async(operation) => return self.asynchronous(machine, context, function, operation, lanes),
            Step::Printf([format, arguments], out) => {
                let (format, arguments) = (get(*format).clone(), get(*arguments).clone());
                return try_each(lanes, |lane| {
                    let thread = Thread { ctaid: context.ctaid, tid: self.tids[lane] };
                    let (format, arguments) = (format.get(lane), arguments.get(lane));
                    let memory = &mut *machine.memory;
                    let mut read = |address| self.read_byte(memory, machine.grid, context, lane, address);
                    match machine.services.printf(thread, format, arguments, &mut read) {
                        Some(result) => {
                            self.rows(function)[*out as usize].set(lane, u64::from(result as u32));
                            Ok(())
                        }
                        None => Err(Box::new(FaultKind::IllegalAddress {
                            access: "load",
                            space: "generic",
                            address: format,
                            bytes: 1,
                            nearest: "an argument of `printf` is not readable".into(),
                        })),
                    }
                });
            }
            Step::AssertFail([message, file, line, function_name, _]) => {
                each(lanes, |lane| {
                    let strings = [message, file, function_name].map(|&at| get(at).get(lane));
                    let line = get(*line).get(lane) as u32;
                    let thread = Thread { ctaid: context.ctaid, tid: self.tids[lane] };
                    let memory = &mut *machine.memory;
                    let mut read = |address| self.read_byte(memory, machine.grid, context, lane, address);
                    machine.services.assert_fail(thread, strings, line, &mut read);
                });
                return Err(LaneFault { lane: lanes.trailing_zeros() as usize, kind: FaultKind::Assert });
            }
            Step::StackTop(out) => {
                each(lanes, |lane| rows[*out as usize].set(lane, self.local[lane].len() as u64));
            }
            Step::SetStackTop(top) => {
                let tops = get(*top).clone();
                // The kernel's own frame does not count, however large it is.
                let frame = u64::from(machine.prepared.functions[0].frame_bytes);
                let limit = frame + u64::from(machine.grid.stack_limit);
                return try_each(lanes, |lane| {
                    let top = tops.get(lane);
                    if top > limit {
                        return Err(Box::new(FaultKind::StackOverflow));
                    }
                    self.local[lane].resize(top as usize, 0);
                    Ok(())
                });
            }
            Step::Malloc(bytes, out) => {
                each(lanes, |lane| rows[*out as usize].set(lane, machine.services.malloc(get(*bytes).get(lane))));
            }
            Step::Free(address) => {
                return try_each(lanes, |lane| {
                    let address = get(*address).get(lane);
                    if address == 0 || machine.services.free(address) {
                        return Ok(());
                    }
                    Err(Box::new(FaultKind::IllegalAddress {
                        access: "free",
                        space: "generic",
                        address,
                        bytes: 0,
                        nearest: machine.memory.nearest(address),
                    }))
                });
            }
        }
        Ok(())
    }

    /// A collective whose lanes are known to be together.
    fn act_in_place(&mut self, context: &Context<'_>, function: u32, together: &Together, lanes: u32) {
        let rows = self.rows(function);
        let mut args: SmallVec<[Values; 3]> = smallvec![[0; LANES]; together.args.len().saturating_sub(1)];
        for (values, &arg) in args.iter_mut().zip(together.args.iter().skip(1)) {
            let arg = row(rows, context.constants, arg);
            each(lanes, |lane| values[lane] = arg.get(lane));
        }
        let groups = match together.args.first() {
            None => smallvec![(u64::from(lanes), lanes)],
            // Most masks are constants.
            Some(&mask) if mask & CONSTANT != 0 => smallvec![(row(rows, context.constants, mask).get(0), lanes)],
            Some(&mask) => {
                let masks = row(rows, context.constants, mask);
                partition(lanes, |lane| masks.get(lane))
            }
        };
        for (mask, lanes) in groups {
            let results = collective::act(together.what, lanes, mask as u32, &args);
            collective::give(&results, lanes, rows, &together.outs);
        }
    }
}
