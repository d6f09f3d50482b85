//! The reference executor: `tile::eval` on all host processors.
//!
//! CTAs start in the order of their numbers, so that one may wait for those before it. A worker whose CTAs all seem to
//! wait starts further ones beside them and goes round among them; in a cooperative launch it does so at once, since
//! every CTA may wait for every other.

use super::counting::Tally;
use super::helpers;
use super::{Counts, Launch};
use crate::fault::{Fault, FaultKind};
use crate::memory::{Cursor, Kind, Memory};
use crate::services::Worker;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use translator::tile::eval::{self, Cluster, Grid, Machine, Progress, Thread};

/// Runs a launch to its end, and says what happened in it.
pub fn run_reference(launch: &Launch<'_>) -> Result<Counts, Box<Fault>> {
    let shape = launch.shape;
    let workspace = Workspace::of(launch);
    let grid = Grid {
        grid: shape.grid,
        block: shape.block,
        cluster: shape.cluster,
        dynamic_shared: shape.dynamic_shared,
        parameters: launch.parameters,
        symbols: launch.symbols,
        workspace: workspace.address,
        id: launch.id,
        start_nanoseconds: launch.start_nanoseconds,
        multiprocessors: launch.limits.multiprocessors,
        stack_limit: launch.limits.stack_bytes,
    };
    let clusters = grid.clusters();
    let run = Run {
        launch,
        grid: &grid,
        clusters,
        next: AtomicU64::new(0),
        in_progress: AtomicU64::new(0),
        cancel: AtomicBool::new(false),
        faulty_from: AtomicU64::new(u64::MAX),
        fault: Mutex::new(None),
        tally: Mutex::new(Tally::new(launch.kernel, shape.ctas())),
    };
    let workers = workers(launch, clusters);
    if workers == 1 {
        run.work();
    } else {
        std::thread::scope(|scope| {
            for _ in 1..workers {
                let _ = helpers::start(scope, || run.work());
            }
            run.work();
        });
    }
    launch.services.flush();
    match run.fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, fault)) => Err(fault),
        None => Ok(run.tally.into_inner().unwrap_or_else(PoisonError::into_inner).finish(launch.kernel)),
    }
}

/// Below this many threads in the grid, starting helpers costs more than they save.
const WORTH_HELPERS: u64 = 2048;

fn workers(launch: &Launch<'_>, clusters: u64) -> u64 {
    let threads = match launch.limits.threads {
        0 => std::thread::available_parallelism().map_or(1, |n| n.get() as u64),
        given => given as u64,
    };
    if launch.shape.ctas() * u64::from(launch.shape.threads()) < WORTH_HELPERS {
        1
    } else {
        threads.clamp(1, clusters.max(1))
    }
}

/// The grid workspace of a cooperative launch: `{ u32 bytes, u32 barrier, ... }`, zeroed (the ABI of the cooperative
/// groups headers).
struct Workspace<'a> {
    memory: &'a Memory,
    address: u64,
}

impl<'a> Workspace<'a> {
    const BYTES: u64 = 256;

    fn of(launch: &Launch<'a>) -> Workspace<'a> {
        let memory = launch.memory;
        let mut address = 0;
        if launch.shape.cooperative
            && let Ok(at) = memory.allocate(Self::BYTES, 256, Kind::Internal)
        {
            let mut contents = [0; Self::BYTES as usize];
            contents[..4].copy_from_slice(&(Self::BYTES as u32).to_le_bytes());
            memory.write(at, &contents).expect("it was allocated just now");
            address = at;
        }
        Workspace { memory, address }
    }
}

impl Drop for Workspace<'_> {
    fn drop(&mut self) {
        if self.address != 0 {
            self.memory.free(self.address).expect("it was allocated by us");
        }
    }
}

/// What the workers of a launch share.
struct Run<'a> {
    launch: &'a Launch<'a>,
    grid: &'a Grid<'a>,
    clusters: u64,
    /// The next cluster that nobody has started.
    next: AtomicU64,
    in_progress: AtomicU64,
    cancel: AtomicBool,
    /// Clusters from this number on need not run: one of a lower number has failed.
    faulty_from: AtomicU64,
    fault: Mutex<Option<(u64, Box<Fault>)>>,
    tally: Mutex<Tally>,
}

/// A cluster that a worker has started.
struct Resident {
    cluster: Cluster,
    /// Rounds it has taken since a cluster was last started beside it.
    rounds: u32,
}

/// After so many rounds without an end a cluster may be waiting for one that has not been started.
const PATIENCE: u32 = 16;

impl Run<'_> {
    fn work(&self) {
        let mut memory = self.launch.memory.cursor();
        let mut services = Worker::new(self.launch.services, self.launch.images, self.launch.memory, self.grid);
        let mut residents: VecDeque<Resident> = VecDeque::new();
        let mut spare = Vec::new();
        // Rounds since the worker last saw one of its clusters end or started one.
        let mut fruitless = 0;
        loop {
            let patience = if self.launch.shape.cooperative { 1 } else { PATIENCE };
            if residents.iter().all(|r| r.rounds >= patience)
                && let Some(number) = self.take(residents.is_empty())
            {
                residents.iter_mut().for_each(|r| r.rounds = 0);
                let mut cluster = spare.pop().unwrap_or_else(Cluster::new);
                cluster.start(self.launch.kernel, self.grid, number);
                residents.push_front(Resident { cluster, rounds: 0 });
                fruitless = 0;
            }
            let Some(mut resident) = residents.pop_front() else { return };
            match self.advance(&mut resident.cluster, &mut memory, &mut services) {
                Advance::Finished => {
                    self.in_progress.fetch_sub(1, Ordering::Relaxed);
                    spare.push(resident.cluster);
                    fruitless = 0;
                }
                Advance::Yielded => {
                    resident.rounds += 1;
                    fruitless += 1;
                    let faulty = self.faulty_from.load(Ordering::Relaxed);
                    // After a fault, clusters before it may still fail first, but are not waited for long.
                    if faulty != u64::MAX && resident.rounds > 2 {
                        continue;
                    }
                    residents.push_back(resident);
                    if fruitless > residents.len() {
                        // All of them may wait for what another worker runs.
                        std::thread::yield_now();
                        fruitless = 0;
                    }
                }
                Advance::Over => return,
            }
        }
    }

    /// The number of a cluster to start now.
    fn take(&self, is_idle: bool) -> Option<u64> {
        let limit = self.launch.limits.resident_ctas / u64::from(self.grid.cluster_ctas());
        let is_full = !self.launch.shape.cooperative && self.in_progress.load(Ordering::Relaxed) >= limit;
        if is_full && !is_idle {
            return None;
        }
        let end = self.clusters.min(self.faulty_from.load(Ordering::Relaxed));
        let number =
            self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < end).then_some(n + 1)).ok()?;
        self.in_progress.fetch_add(1, Ordering::Relaxed);
        Some(number)
    }

    fn advance(&self, cluster: &mut Cluster, memory: &mut Cursor<'_>, services: &mut Worker<'_>) -> Advance {
        if cluster.number() > self.faulty_from.load(Ordering::Relaxed) {
            return Advance::Finished;
        }
        let limits = &self.launch.limits;
        let cancel = limits.cancel.unwrap_or(&self.cancel);
        let mut machine = Machine { prepared: self.launch.kernel, grid: self.grid, memory, services, cancel };
        match cluster.run(&mut machine) {
            Ok(Progress::Finished) => {
                self.tally.lock().unwrap_or_else(PoisonError::into_inner).add(cluster, self.grid);
                Advance::Finished
            }
            Ok(Progress::Yielded) if limits.deadline.is_some_and(|deadline| Instant::now() >= deadline) => {
                let (thread, origin, what) = cluster.whereabouts(self.launch.kernel);
                self.fail(cluster.number(), eval::Fault { kind: FaultKind::Timeout(what), thread, origin });
                self.cancel.store(true, Ordering::Relaxed);
                Advance::Over
            }
            Ok(Progress::Yielded) if self.cancel.load(Ordering::Relaxed) => Advance::Over,
            Ok(Progress::Yielded) => Advance::Yielded,
            Ok(Progress::Cancelled) => {
                let kind = FaultKind::Timeout("the launch was given up".into());
                let thread = Thread { ctaid: self.grid.ctaid(cluster.number(), 0), tid: [0; 3] };
                self.fail(cluster.number(), eval::Fault { kind, thread, origin: Default::default() });
                Advance::Over
            }
            Err(fault) => {
                self.fail(cluster.number(), *fault);
                Advance::Finished
            }
        }
    }

    /// Keeps the fault of the lowest cluster.
    fn fail(&self, number: u64, fault: eval::Fault) {
        self.faulty_from.fetch_min(number, Ordering::Relaxed);
        let mut first = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        if first.as_ref().is_none_or(|(n, _)| number < *n) {
            *first = Some((number, Box::new(Fault::of(self.launch.kernel.kernel(), fault))));
        }
    }
}

/// How a cluster's round ended.
enum Advance {
    Finished,
    Yielded,
    /// The launch is given up.
    Over,
}

#[cfg(test)]
mod tests;
