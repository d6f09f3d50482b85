//! A warp: its lanes, where they stand, and who runs next.

use super::barrier::Barriers;
use super::cluster::Machine;
use super::collective::{self, Values};
use super::mbarrier::Poll;
use super::outside::position;
use super::prepare::{CONSTANT, Call, Code, Edge, End, Meeting, Prepared, Ref, Together, Whom};
use super::{FaultKind, GlobalMemory, LANES, LaneFault, Row, Services, each};
use crate::tile::{BarrierKind, Collective};
use ptx_frontend::checked::Origin;
use smallvec::{SmallVec, smallvec};

/// What a warp needs of its CTA while it runs.
pub(super) struct Context<'c> {
    pub(super) ctaid: [u32; 3],
    /// Number of the CTA in its cluster.
    pub(super) rank: u32,
    /// Shared memory of the CTAs of the cluster.
    pub(super) shared: &'c mut [Vec<u8>],
    pub(super) barriers: &'c mut Barriers,
    pub(super) clock: &'c mut u64,
    /// Set when a block is run that is more than a matter of this cluster.
    pub(super) noise: &'c mut bool,
    /// By block: lanes that ran it.
    pub(super) lane_runs: &'c mut [u64],
    /// The constant pool.
    pub(super) constants: &'c [Row],
}

/// Lanes that stand at the start of the same block and run together.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// Calls deep.
    depth: u32,
    block: u32,
    lanes: u32,
    /// Those of the lanes for which running the block counts.
    counted: u32,
    /// The warp's step when the first of them came here.
    since: u64,
}

impl Group {
    /// Callees run before callers, earlier blocks before later ones.
    fn turn(&self) -> (std::cmp::Reverse<u32>, u32) {
        (std::cmp::Reverse(self.depth), self.block)
    }
}

/// Lanes that stand at the end of a block and wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) depth: u32,
    pub(super) block: u32,
    pub(super) lanes: u32,
    pub(super) what: Awaited,
}

/// What lanes wait for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Awaited {
    /// The other lanes of a mask, to do this.
    Lanes(Collective, u32),
    /// The barrier of this number.
    Barrier(u64),
    /// The other CTAs of the cluster.
    Cluster,
}

/// A call in progress, of one lane.
struct Frame {
    /// The block whose terminator is the call.
    caller: u32,
    /// Start of the caller's frame in local memory.
    base: u32,
    /// How many values it has saved.
    saved: usize,
}

/// A warp of a CTA.
pub(super) struct Warp {
    /// Number in the CTA.
    pub(super) index: u32,
    /// Lanes that have not exited.
    pub(super) living: u32,
    /// Who can run, in the order of their turns.
    ready: Vec<Group>,
    pub(super) waiting: Vec<Waiting>,
    /// By function: its values. Empty until first called.
    rows: Vec<Box<[Row]>>,
    pub(super) tids: [[u32; 3]; LANES],
    /// By lane, where there are calls.
    frames: Vec<Vec<Frame>>,
    saved: Vec<Vec<u64>>,
    /// By lane: local memory in use, and the start of the running function's frame in it.
    pub(super) local: Vec<Vec<u8>>,
    pub(super) base: [u32; LANES],
    /// Weight of what it has run.
    steps: u64,
    /// Lanes that have been left standing for long: they run alone until this step.
    favoured: Option<(u32, u64)>,
    /// By block: how often it ran.
    pub(super) runs: Vec<u64>,
    /// Where the last lanes exited.
    pub(super) exited_at: Option<Origin>,
    /// By lane: the phase of a barrier object that it last saw unfinished.
    pub(super) polls: [Option<Poll>; LANES],
}

/// Weight of a turn, both of a group of lanes before others are let ahead and of a warp.
const TURN: u64 = 1 << 16;

/// How a warp's turn ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// No lane can run, or none is left.
    Stuck,
    /// It could go on.
    Over,
}

/// A lane's fault and where it happened.
pub(super) struct WarpFault {
    pub(super) lane: usize,
    pub(super) kind: FaultKind,
    pub(super) origin: Origin,
}

impl Warp {
    pub(super) fn new() -> Warp {
        Warp {
            index: 0,
            living: 0,
            ready: Vec::new(),
            waiting: Vec::new(),
            rows: Vec::new(),
            tids: [[0; 3]; LANES],
            frames: Vec::new(),
            saved: Vec::new(),
            local: Vec::new(),
            base: [0; LANES],
            steps: 0,
            favoured: None,
            runs: Vec::new(),
            exited_at: None,
            polls: [None; LANES],
        }
    }

    /// Puts the warp's lanes at the kernel's entry, as part of a CTA of `block` threads.
    pub(super) fn start(&mut self, prepared: &Prepared, index: u32, block: [u32; 3]) {
        let threads: u32 = block.iter().product();
        let lanes = (threads - index * LANES as u32).min(LANES as u32);
        self.index = index;
        self.living = u32::MAX >> (LANES as u32 - lanes);
        for lane in 0..lanes {
            self.tids[lane as usize] = position(u64::from(index * LANES as u32 + lane), block);
        }
        self.ready.clear();
        let entry = prepared.functions[0].entry;
        self.ready.push(Group { depth: 0, block: entry, lanes: self.living, counted: self.living, since: 0 });
        self.waiting.clear();
        self.rows.resize_with(prepared.functions.len(), Box::default);
        self.ensure_rows(prepared, 0);
        if prepared.functions.len() > 1 {
            self.frames.resize_with(LANES, Vec::new);
            self.saved.resize_with(LANES, Vec::new);
            self.frames.iter_mut().for_each(Vec::clear);
            self.saved.iter_mut().for_each(Vec::clear);
        }
        self.local.resize_with(LANES, Vec::new);
        for local in &mut self.local {
            local.clear();
            local.resize(prepared.functions[0].frame_bytes as usize, 0);
        }
        self.base = [0; LANES];
        self.steps = 0;
        self.favoured = None;
        self.runs.clear();
        self.runs.resize(prepared.blocks.len(), 0);
        self.exited_at = None;
        self.polls = [None; LANES];
    }

    fn ensure_rows(&mut self, prepared: &Prepared, function: usize) {
        let wanted = prepared.functions[function].rows as usize;
        if self.rows[function].len() != wanted {
            self.rows[function] = vec![Row::of(0); wanted].into();
        }
    }

    /// Whether some lane can run.
    pub(super) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Blocks at which lanes stand that could run.
    pub(super) fn standing_lanes(&self) -> impl Iterator<Item = (u32, u32)> {
        self.ready.iter().map(|group| (group.block, group.lanes))
    }

    /// What it has run so far.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Whether every lane that could run has moved since then.
    pub(super) fn has_moved_since(&self, steps: u64) -> bool {
        self.ready.iter().all(|group| group.since > steps)
    }

    /// Everything on which depends what it does next.
    pub(super) fn state(&self, mut add: impl FnMut(u64)) {
        for group in &self.ready {
            [group.depth, group.block, group.lanes].iter().for_each(|&part| add(part.into()));
        }
        for waiting in &self.waiting {
            [waiting.depth, waiting.block, waiting.lanes].iter().for_each(|&part| add(part.into()));
        }
        for row in self.rows.iter().flatten() {
            (0..LANES).for_each(|lane| add(row.get(lane)));
        }
        for local in &self.local {
            local.iter().for_each(|&byte| add(byte.into()));
        }
    }

    /// Runs until no lane can go on, or for a turn.
    pub(super) fn turn<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &mut Machine<'_, M, S>,
        context: &mut Context<'_>,
    ) -> Result<Turn, WarpFault> {
        let end = self.steps + TURN;
        while self.steps < end {
            let Some(group) = self.next() else { return Ok(Turn::Stuck) };
            let code = &machine.prepared.blocks[group.block as usize];
            self.steps += code.weight;
            *context.clock += u64::from(code.instructions) + 8;
            *context.noise |= code.is_noisy;
            if group.counted != 0 {
                self.runs[group.block as usize] += 1;
                context.lane_runs[group.block as usize] += u64::from(group.counted.count_ones());
            }
            self.run_steps(machine, context, code, group.lanes)?;
            self.run_end(machine, context, code, group).map_err(|LaneFault { lane, kind }| WarpFault {
                lane,
                kind,
                origin: code.end_origin,
            })?;
        }
        Ok(Turn::Over)
    }

    /// Takes the group that runs now out of `ready`.
    fn next(&mut self) -> Option<Group> {
        if self.ready.len() <= 1 {
            return self.ready.pop();
        }
        if let Some((lanes, until)) = self.favoured {
            if self.steps < until
                && let Some(at) = self.ready.iter().position(|g| g.lanes & lanes != 0)
            {
                return Some(self.ready.remove(at));
            }
            self.favoured = None;
        }
        let (oldest, group) = self.ready.iter().enumerate().min_by_key(|(_, g)| g.since)?;
        if self.steps - group.since > TURN {
            self.favoured = Some((group.lanes, self.steps + TURN / 4));
            return Some(self.ready.remove(oldest));
        }
        Some(self.ready.remove(0))
    }

    /// Lanes come to the start of a block.
    fn arrive(&mut self, group: Group) {
        let at = self.ready.partition_point(|g| g.turn() < group.turn());
        match self.ready.get_mut(at) {
            Some(there) if there.turn() == group.turn() => {
                there.lanes |= group.lanes;
                there.counted |= group.counted;
            }
            _ => self.ready.insert(at, group),
        }
    }

    /// Lanes of `from` move along an edge.
    fn go(&mut self, context: &Context<'_>, function: u32, edge: &Edge, from: Group) {
        let rows = &self.rows[function as usize];
        if edge.overlaps {
            let values: Vec<Row> =
                edge.copies.iter().map(|&(source, _)| row(rows, context.constants, source).clone()).collect();
            for (values, &(_, to)) in values.iter().zip(&edge.copies) {
                each(from.lanes, |lane| rows[to as usize].set(lane, values.get(lane)));
            }
        } else {
            for &(source, to) in &edge.copies {
                let (source, to) = (row(rows, context.constants, source), &rows[to as usize]);
                each(from.lanes, |lane| to.set(lane, source.get(lane)));
            }
        }
        let counted = if edge.waits { 0 } else { from.lanes };
        self.arrive(Group { block: edge.to, counted, since: self.steps, ..from });
    }

    fn run_end<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &Machine<'_, M, S>,
        context: &mut Context<'_>,
        code: &Code,
        group: Group,
    ) -> Result<(), LaneFault> {
        let lanes = group.lanes;
        let rows = &self.rows[code.function as usize];
        match &code.end {
            End::Jump(next) => self.go(context, code.function, next, group),
            End::Branch(condition, [then, otherwise]) => {
                let condition = row(rows, context.constants, *condition);
                let mut taken = 0;
                each(lanes, |lane| taken |= (condition.get(lane) as u32 & 1) << lane);
                let not_taken = lanes & !taken;
                if taken != 0 {
                    self.go(context, code.function, then, Group { lanes: taken, ..group });
                }
                if not_taken != 0 {
                    self.go(context, code.function, otherwise, Group { lanes: not_taken, ..group });
                }
            }
            End::Switch(index, targets) => {
                let index = row(rows, context.constants, *index).clone();
                for (choice, lanes) in partition(lanes, |lane| index.get(lane)) {
                    let Some(edge) = targets.get(choice as usize) else {
                        let what = format!("branch to entry {choice} of {} targets", targets.len());
                        return Err(LaneFault {
                            lane: lanes.trailing_zeros() as usize,
                            kind: FaultKind::IllegalInstruction(what),
                        });
                    };
                    self.go(context, code.function, edge, Group { lanes, ..group });
                }
            }
            End::Exit => self.exit(machine, context, lanes, code.end_origin),
            End::Trap => {
                return Err(LaneFault { lane: lanes.trailing_zeros() as usize, kind: FaultKind::Trap });
            }
            End::Barrier(meeting, next) => return self.meet(context, code, group, meeting, next),
            End::Collective(together, _) => self.come_together(machine, context, code, group, together),
            End::Call(call, _) => return self.call(machine, context, code, group, call),
            End::Return(values) => return self.return_to_callers(machine, context, code, group, values),
        }
        Ok(())
    }

    fn exit<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &Machine<'_, M, S>,
        context: &mut Context<'_>,
        lanes: u32,
        origin: Origin,
    ) {
        self.living &= !lanes;
        self.exited_at = Some(origin);
        context.barriers.changed = true;
        // Those who waited for them wait no longer.
        let awaited: Vec<Awaited> = self.waiting.iter().map(|w| w.what).collect();
        for what in awaited {
            self.act_if_all_there(machine, context, what);
        }
    }

    // ---- Barriers ----

    fn meet(
        &mut self,
        context: &mut Context<'_>,
        code: &Code,
        group: Group,
        meeting: &Meeting,
        next: &Edge,
    ) -> Result<(), LaneFault> {
        let Group { depth, block, lanes, .. } = group;
        let wait = |lanes, what| Waiting { depth, block, lanes, what };
        if matches!(meeting.kind, BarrierKind::ClusterArrive | BarrierKind::ClusterWait) {
            self.waiting.push(wait(lanes, Awaited::Cluster));
            context.barriers.changed = true;
            return Ok(());
        }
        let rows = &self.rows[code.function as usize];
        let of = |r: Ref| row(rows, context.constants, r).clone();
        let (ids, counts) = (of(meeting.id), meeting.count.map(of));
        let mut yes = 0;
        if let Some(operand) = meeting.operand.map(of) {
            each(lanes, |lane| yes |= (operand.get(lane) as u32 & 1) << lane);
        }
        for ((id, count), lanes) in partition(lanes, |l| (ids.get(l), counts.as_ref().map(|c| c.get(l)))) {
            context
                .barriers
                .arrive(id, count, self.index as usize, lanes, yes & lanes)
                .map_err(|kind| LaneFault { lane: lanes.trailing_zeros() as usize, kind })?;
            if meeting.kind == BarrierKind::Arrive {
                self.go(context, code.function, next, Group { lanes, ..group });
            } else {
                self.waiting.push(wait(lanes, Awaited::Barrier(id)));
            }
        }
        Ok(())
    }

    /// Lets those go on that wait for `what`; `result` gives what a reduction gives them.
    pub(super) fn release(
        &mut self,
        prepared: &Prepared,
        context: &Context<'_>,
        what: Awaited,
        result: impl Fn(BarrierKind) -> u64,
    ) {
        let (released, rest) = self.waiting.drain(..).partition::<Vec<_>, _>(|w| w.what == what);
        self.waiting = rest;
        for waiting in released {
            self.release_one(prepared, context, waiting, &result);
        }
    }

    /// Lets lanes go on that waited at a barrier.
    pub(super) fn release_one(
        &mut self,
        prepared: &Prepared,
        context: &Context<'_>,
        waiting: Waiting,
        result: impl Fn(BarrierKind) -> u64,
    ) {
        let code = &prepared.blocks[waiting.block as usize];
        let End::Barrier(meeting, next) = &code.end else { unreachable!("lanes wait there at a barrier") };
        if let Some(out) = meeting.out {
            let bits = result(meeting.kind);
            each(waiting.lanes, |lane| self.rows[code.function as usize][out as usize].set(lane, bits));
        }
        self.go(context, code.function, next, self.standing(waiting));
    }

    fn standing(&self, waiting: Waiting) -> Group {
        let Waiting { depth, block, lanes, .. } = waiting;
        Group { depth, block, lanes, counted: lanes, since: self.steps }
    }

    // ---- Collectives ----

    fn come_together<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &Machine<'_, M, S>,
        context: &mut Context<'_>,
        code: &Code,
        group: Group,
        together: &Together,
    ) {
        let Group { depth, block, lanes, .. } = group;
        let masks = match together.what {
            // It takes those who happen to run it together.
            Collective::ActiveMask => Row::of(u64::from(lanes)),
            _ => row(&self.rows[code.function as usize], context.constants, together.args[0]).clone(),
        };
        for (mask, lanes) in partition(lanes, |lane| masks.get(lane)) {
            let what = Awaited::Lanes(together.what, mask as u32);
            let waiting = Waiting { depth, block, lanes, what };
            if self.waiting.is_empty() && self.living & mask as u32 & !lanes == 0 {
                self.act(machine, context, what, lanes, &[waiting]);
            } else {
                self.waiting.push(waiting);
                self.act_if_all_there(machine, context, what);
            }
        }
    }

    /// If every living lane of a mask has come, they act and go on.
    fn act_if_all_there<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &Machine<'_, M, S>,
        context: &Context<'_>,
        awaited: Awaited,
    ) {
        let Awaited::Lanes(_, mask) = awaited else { return };
        let there = self.waiting.iter().filter(|w| w.what == awaited).fold(0, |lanes, w| lanes | w.lanes);
        // Lanes that are not in their own mask (undefined in PTX) keep nobody waiting, and wait only with others.
        if there == 0 || self.living & mask & !there != 0 && there & mask != 0 {
            return;
        }
        let (actors, rest) = self.waiting.drain(..).partition::<Vec<_>, _>(|w| w.what == awaited);
        self.waiting = rest;
        self.act(machine, context, awaited, there, &actors);
    }

    fn act<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &Machine<'_, M, S>,
        context: &Context<'_>,
        awaited: Awaited,
        there: u32,
        actors: &[Waiting],
    ) {
        let Awaited::Lanes(what, mask) = awaited else { unreachable!("only collectives are acted on") };
        let end_of = |waiting: &Waiting| {
            let code = &machine.prepared.blocks[waiting.block as usize];
            let End::Collective(together, next) = &code.end else { unreachable!("lanes wait there at a collective") };
            (code.function, together, next)
        };
        // All of them do the same, so they have as many arguments.
        let (_, together, _) = end_of(&actors[0]);
        let mut args: SmallVec<[Values; 3]> = smallvec![[0; LANES]; together.args.len().saturating_sub(1)];
        for waiting in actors {
            let (function, together, _) = end_of(waiting);
            for (values, &arg) in args.iter_mut().zip(together.args.iter().skip(1)) {
                let arg = row(&self.rows[function as usize], context.constants, arg);
                each(waiting.lanes, |lane| values[lane] = arg.get(lane));
            }
        }
        let results = collective::act(what, there, mask, &args);
        for waiting in actors {
            let (function, together, next) = end_of(waiting);
            collective::give(&results, waiting.lanes, &self.rows[function as usize], &together.outs);
            self.go(context, function, next, self.standing(*waiting));
        }
    }

    // ---- Calls ----

    fn call<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &Machine<'_, M, S>,
        context: &Context<'_>,
        code: &Code,
        group: Group,
        call: &Call,
    ) -> Result<(), LaneFault> {
        let prepared = machine.prepared;
        let function = code.function as usize;
        let callees = match call.callee {
            Whom::Function(callee) => smallvec![(callee, group.lanes)],
            Whom::At(address) => {
                let addresses = row(&self.rows[function], context.constants, address).clone();
                let mut callees: SmallVec<[(u32, u32); 2]> = SmallVec::new();
                for (address, lanes) in partition(group.lanes, |lane| addresses.get(lane)) {
                    let callee = prepared.addresses.get(&address).copied().filter(|&c| {
                        let callee = &prepared.functions[c as usize];
                        callee.params.len() == call.args.len() && callee.results == call.outs.len()
                    });
                    let lane = lanes.trailing_zeros() as usize;
                    let what = || format!("call of {address:#x}, where no function of this signature is");
                    let fault = || LaneFault { lane, kind: FaultKind::IllegalInstruction(what()) };
                    callees.push((callee.ok_or_else(fault)?, lanes));
                }
                callees
            }
        };
        for (callee, lanes) in callees {
            let routine = &prepared.functions[callee as usize];
            self.ensure_rows(prepared, callee as usize);
            let rows = &self.rows[function];
            let args: Vec<Row> = call.args.iter().map(|&arg| row(rows, context.constants, arg).clone()).collect();
            let mut fault = None;
            each(lanes, |lane| {
                let saved = &mut self.saved[lane];
                saved.extend(call.saves.iter().map(|&r| rows[r as usize].get(lane)));
                let frame = Frame { caller: group.block, base: self.base[lane], saved: call.saves.len() };
                self.frames[lane].push(frame);
                let local = &mut self.local[lane];
                self.base[lane] = local.len() as u32;
                // What hardware keeps in registers and on its stack counts too, or a function without local variables
                // could recurse for ever.
                let used = local.len() + 8 * saved.len() + 16 * self.frames[lane].len();
                if used + routine.frame_bytes as usize > machine.grid.stack_limit as usize {
                    fault.get_or_insert(LaneFault { lane, kind: FaultKind::StackOverflow });
                    return;
                }
                local.resize(local.len() + routine.frame_bytes as usize, 0);
            });
            if let Some(fault) = fault {
                return Err(fault);
            }
            let rows = &self.rows[callee as usize];
            for (values, &(param, mask)) in args.iter().zip(&routine.params) {
                if let Some(param) = param {
                    each(lanes, |lane| rows[param as usize].set(lane, values.get(lane) & mask));
                }
            }
            self.arrive(Group {
                depth: group.depth + 1,
                block: routine.entry,
                lanes,
                counted: lanes,
                since: self.steps,
            });
        }
        Ok(())
    }

    fn return_to_callers<M: GlobalMemory, S: Services>(
        &mut self,
        machine: &Machine<'_, M, S>,
        context: &Context<'_>,
        code: &Code,
        group: Group,
        values: &[Ref],
    ) -> Result<(), LaneFault> {
        let rows = &self.rows[code.function as usize];
        let values: Vec<Row> = values.iter().map(|&v| row(rows, context.constants, v).clone()).collect();
        let caller_of = |lane: usize| self.frames[lane].last().expect("it was called").caller;
        for (caller, lanes) in partition(group.lanes, caller_of) {
            let caller_code = &machine.prepared.blocks[caller as usize];
            let End::Call(call, next) = &caller_code.end else { unreachable!("frames come from calls") };
            let rows = &self.rows[caller_code.function as usize];
            each(lanes, |lane| {
                let frame = self.frames[lane].pop().expect("it was called");
                self.local[lane].truncate(self.base[lane] as usize);
                self.base[lane] = frame.base;
                let from = self.saved[lane].len() - frame.saved;
                for (&r, bits) in call.saves.iter().zip(self.saved[lane].drain(from..)) {
                    rows[r as usize].set(lane, bits);
                }
                for (&out, values) in call.outs.iter().zip(&values) {
                    rows[out as usize].set(lane, values.get(lane));
                }
            });
            let back = Group { depth: group.depth - 1, block: caller, lanes, counted: lanes, since: self.steps };
            self.go(context, caller_code.function, next, back);
        }
        Ok(())
    }

    /// The lanes rest: others get their turns.
    pub(super) fn nap(&mut self) {
        self.steps += TURN;
    }

    /// The rows of a function, and local memory by lane.
    pub(super) fn rows_and_locals(&mut self, function: u32) -> (&[Row], &mut [Vec<u8>]) {
        (&self.rows[function as usize], &mut self.local)
    }

    /// The rows of a function.
    pub(super) fn rows(&self, function: u32) -> &[Row] {
        &self.rows[function as usize]
    }
}

/// The row that a reference means.
#[inline(always)]
pub(super) fn row<'r>(rows: &'r [Row], constants: &'r [Row], at: Ref) -> &'r Row {
    if at & CONSTANT == 0 { &rows[at as usize] } else { &constants[(at & !CONSTANT) as usize] }
}

/// Splits a set of lanes by a property, in the order of their first lanes.
pub(super) fn partition<K: PartialEq>(lanes: u32, key: impl Fn(usize) -> K) -> SmallVec<[(K, u32); 2]> {
    let mut parts: SmallVec<[(K, u32); 2]> = SmallVec::new();
    each(lanes, |lane| {
        let key = key(lane);
        match parts.iter_mut().find(|(k, _)| *k == key) {
            Some((_, part)) => *part |= 1 << lane,
            None => parts.push((key, 1 << lane)),
        }
    });
    parts
}
