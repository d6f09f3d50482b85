//! Graphs: operations with dependencies, made by hand or by capturing streams, and launched as one.

use super::completion::Completion;
use super::context::{Context, lock};
use super::event::Event;
use super::operation::Operation;
use super::stream::Stream;
use super::texture::Flight;
use crate::abi::Result;
use crate::error::CUerror;
use crate::handle::{Live, Object, Registry};
use crate::sys::{CUgraph, CUgraph_st, CUgraphExec_st, CUgraphNode, CUgraphNode_st};
use sim_backend::units::Picoseconds;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};

/// What a node does.
#[derive(Clone)]
pub enum Task {
    /// An operation as in a stream.
    Operation(Operation),
    /// Another graph, as it was when it was added.
    Child(Arc<Graph>),
    /// `cuGraphAddEventRecordNode`
    Record(Arc<Event>),
    /// `cuGraphAddEventWaitNode`
    Wait(Arc<Event>),
}

/// A node of a graph; never used twice in a process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u64);

/// A node.
#[derive(Clone)]
pub struct Node {
    /// What it does.
    pub task: Task,
    /// What must be done before.
    pub after: Vec<NodeId>,
}

/// A graph. Nodes are kept in the order they were added.
#[derive(Default)]
pub struct Graph {
    nodes: Mutex<BTreeMap<NodeId, Node>>,
    /// Its own handle, once it has one.
    handle: OnceLock<usize>,
    /// The handles of nodes, as far as anybody asked for them.
    handles: Mutex<BTreeMap<NodeId, Live<NodeOf>>>,
}

/// A node as programs hold it.
pub struct NodeOf {
    /// The graph. Weak, because the graph keeps its nodes' handles.
    graph: Weak<Graph>,
    /// Which of its nodes.
    pub id: NodeId,
}

impl Object for Graph {
    type Raw = CUgraph_st;
    // The manual names INVALID_VALUE for graphs that are none.
    const INVALID: CUerror = CUerror::INVALID_VALUE;
    fn registry() -> &'static Registry<Self> {
        static GRAPHS: Registry<Graph> = Registry::new();
        &GRAPHS
    }
}

impl Object for NodeOf {
    type Raw = CUgraphNode_st;
    const INVALID: CUerror = CUerror::INVALID_VALUE;
    fn registry() -> &'static Registry<Self> {
        static NODES: Registry<NodeOf> = Registry::new();
        &NODES
    }
}

impl Object for Executable {
    type Raw = CUgraphExec_st;
    const INVALID: CUerror = CUerror::INVALID_VALUE;
    fn registry() -> &'static Registry<Self> {
        static EXECUTABLES: Registry<Executable> = Registry::new();
        &EXECUTABLES
    }
}

impl NodeOf {
    /// The graph it belongs to.
    pub fn graph(&self) -> Result<Arc<Graph>> {
        self.graph.upgrade().ok_or(CUerror::INVALID_VALUE)
    }
}

impl Graph {
    /// Adds a node. Fails if a dependency is not a node of this graph.
    pub fn add(&self, task: Task, after: Vec<NodeId>) -> Result<NodeId> {
        static MADE: AtomicU64 = AtomicU64::new(1);
        let mut nodes = lock(&self.nodes);
        if after.iter().any(|id| !nodes.contains_key(id)) {
            return Err(CUerror::INVALID_VALUE);
        }
        let id = NodeId(MADE.fetch_add(1, Ordering::Relaxed));
        nodes.insert(id, Node { task, after });
        Ok(id)
    }

    /// Gives the graph a handle, if it has none yet.
    pub fn handle(self: &Arc<Self>) -> CUgraph {
        *self.handle.get_or_init(|| Graph::registry().insert(self.clone()).handle() as usize) as CUgraph
    }

    /// The handle of a node; always the same.
    pub fn node_handle(self: &Arc<Self>, id: NodeId) -> CUgraphNode {
        let make = || NodeOf::registry().insert(Arc::new(NodeOf { graph: Arc::downgrade(self), id }));
        lock(&self.handles).entry(id).or_insert_with(make).handle()
    }

    /// Ends the handles of the graph and of its nodes.
    pub fn destroy(live: &Live<Graph>) -> Result {
        live.remove()?;
        for (_, node) in std::mem::take(&mut *lock(&live.handles)) {
            let _ = node.remove();
        }
        Ok(())
    }

    /// All nodes with what they do, in the order they were added.
    pub fn nodes(&self) -> Vec<(NodeId, Node)> {
        lock(&self.nodes).iter().map(|(id, node)| (*id, node.clone())).collect()
    }

    /// One node.
    pub fn node(&self, id: NodeId) -> Result<Node> {
        lock(&self.nodes).get(&id).cloned().ok_or(CUerror::INVALID_VALUE)
    }

    /// Changes one node.
    pub fn change<T>(&self, id: NodeId, change: impl FnOnce(&mut Node) -> Result<T>) -> Result<T> {
        change(lock(&self.nodes).get_mut(&id).ok_or(CUerror::INVALID_VALUE)?)
    }

    /// Takes a node out, and the dependencies on it.
    pub fn remove(&self, id: NodeId) -> Result {
        let mut nodes = lock(&self.nodes);
        nodes.remove(&id).ok_or(CUerror::INVALID_VALUE)?;
        for node in nodes.values_mut() {
            node.after.retain(|other| *other != id);
        }
        if let Some(handle) = lock(&self.handles).remove(&id) {
            let _ = handle.remove();
        }
        Ok(())
    }

    /// A copy whose nodes have the same numbers.
    pub fn copy(&self) -> Graph {
        Graph { nodes: Mutex::new(lock(&self.nodes).clone()), ..Graph::default() }
    }

    /// The nodes in an order in which each comes after its dependencies. Fails if they form a circle.
    fn sorted(&self) -> Result<Vec<(NodeId, Node)>> {
        let mut waiting = lock(&self.nodes).clone();
        let mut sorted: Vec<(NodeId, Node)> = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let ready: Vec<NodeId> = waiting
                .iter()
                .filter(|(_, node)| node.after.iter().all(|id| !waiting.contains_key(id)))
                .map(|(id, _)| *id)
                .collect();
            if ready.is_empty() {
                return Err(CUerror::INVALID_VALUE);
            }
            for id in ready {
                sorted.extend(waiting.remove(&id).map(|node| (id, node)));
            }
        }
        Ok(sorted)
    }

    /// `cuGraphInstantiate`
    pub fn instantiate(&self) -> Result<Executable> {
        Ok(Executable { nodes: Mutex::new(Arc::new(self.sorted()?)), disabled: Mutex::default() })
    }
}

/// A graph that can be launched.
pub struct Executable {
    nodes: Mutex<Arc<Vec<(NodeId, Node)>>>,
    /// Nodes that `cuGraphNodeSetEnabled` turned off.
    disabled: Mutex<BTreeSet<NodeId>>,
}

impl Executable {
    /// Submits the whole graph to a stream.
    pub fn launch(&self, stream: &Stream) -> Result {
        let mut nodes = lock(&self.nodes).clone();
        let disabled = lock(&self.disabled).clone();
        if !disabled.is_empty() {
            let asleep = Task::Operation(Operation::Nothing);
            let of = |(id, node): &(NodeId, Node)| match disabled.contains(id) {
                true => (*id, Node { task: asleep.clone(), after: node.after.clone() }),
                false => (*id, node.clone()),
            };
            nodes = Arc::new(nodes.iter().map(of).collect());
        }
        // Marks that the graph waits for are those of the time of launch.
        let mut after = Vec::new();
        marks(&nodes, &mut after);
        if stream.capture().is_some() {
            return stream.submit(Operation::Graph(nodes));
        }
        stream.enqueue(after, Operation::Graph(nodes)).map(drop)
    }

    /// Takes over what the nodes of a graph do now. Fails, changing nothing, if the graph has another shape.
    pub fn update(&self, graph: &Graph) -> Result {
        let mut nodes = lock(&self.nodes);
        let new = graph.sorted()?;
        let same = new.len() == nodes.len()
            && new
                .iter()
                .zip(nodes.iter())
                .all(|((_, new), (_, old))| new.after.len() == old.after.len() && new.task.is_same_kind(&old.task));
        if !same {
            return Err(CUerror::GRAPH_EXEC_UPDATE_FAILURE);
        }
        *nodes = Arc::new(new);
        Ok(())
    }

    /// Whether a node does anything.
    pub fn is_enabled(&self, id: NodeId) -> Result<bool> {
        lock(&self.nodes).iter().find(|(other, _)| *other == id).ok_or(CUerror::INVALID_VALUE)?;
        Ok(!lock(&self.disabled).contains(&id))
    }

    /// `cuGraphNodeSetEnabled`
    pub fn set_enabled(&self, id: NodeId, enabled: bool) -> Result {
        self.is_enabled(id)?;
        let mut disabled = lock(&self.disabled);
        if enabled {
            disabled.remove(&id);
        } else {
            disabled.insert(id);
        }
        Ok(())
    }

    /// Changes what one node does.
    pub fn set(&self, id: NodeId, task: Task) -> Result {
        let mut nodes = lock(&self.nodes);
        let mut changed = nodes.as_ref().clone();
        let (_, node) = changed.iter_mut().find(|(other, _)| *other == id).ok_or(CUerror::INVALID_VALUE)?;
        if !node.task.is_same_kind(&task) {
            return Err(CUerror::INVALID_VALUE);
        }
        node.task = task;
        *nodes = Arc::new(changed);
        Ok(())
    }
}

impl Task {
    /// Whether both are nodes of the same kind.
    pub fn is_same_kind(&self, other: &Task) -> bool {
        match (self, other) {
            (Task::Operation(a), Task::Operation(b)) => std::mem::discriminant(a) == std::mem::discriminant(b),
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

fn marks(nodes: &[(NodeId, Node)], into: &mut Vec<Arc<Completion>>) {
    for (_, node) in nodes {
        if let Task::Wait(event) = &node.task {
            into.extend(event.mark());
        }
    }
}

/// Performs the nodes one after the other. In simulated time, nodes that do not depend on each other overlap.
pub fn perform(
    nodes: &[(NodeId, Node)],
    context: &Arc<Context>,
    flight: &Flight,
    start: Picoseconds,
) -> Result<Picoseconds> {
    let mut ends: BTreeMap<NodeId, Picoseconds> = BTreeMap::new();
    for (id, node) in nodes {
        let ready = node.after.iter().filter_map(|id| ends.get(id)).fold(start, |latest, end| latest.max(*end));
        let end = match &node.task {
            Task::Operation(operation) => operation.clone().perform(context, flight, ready)?,
            Task::Child(graph) => perform(&graph.sorted()?, context, flight, ready)?,
            Task::Record(event) => {
                let end = Operation::Mark.perform(context, flight, ready)?;
                event.reached(end);
                end
            }
            Task::Wait(_) => ready,
        };
        ends.insert(*id, end);
    }
    Ok(ends.into_values().fold(start, Ord::max))
}

/// The capture that streams are in. Streams that wait for each other's events are in the same one.
pub struct Capture {
    /// `cuStreamGetCaptureInfo`'s number.
    pub number: u64,
    /// The graph that grows.
    pub graph: Arc<Graph>,
    /// The stream that began it, by number.
    pub origin: u64,
    state: Mutex<CaptureState>,
}

#[derive(Default)]
struct CaptureState {
    /// By stream number: what the next operation of the stream comes after.
    ends: BTreeMap<u64, Vec<NodeId>>,
    is_invalid: bool,
    has_ended: bool,
}

impl Capture {
    /// `cuStreamBeginCapture`, into a new graph or one that exists.
    pub fn begin(origin: u64, graph: Arc<Graph>, after: Vec<NodeId>) -> Arc<Self> {
        static MADE: AtomicU64 = AtomicU64::new(1);
        let state = CaptureState { ends: BTreeMap::from([(origin, after)]), ..CaptureState::default() };
        Arc::new(Capture { number: MADE.fetch_add(1, Ordering::Relaxed), graph, origin, state: Mutex::new(state) })
    }

    /// Adds what a stream would have done.
    pub fn add(&self, stream: u64, task: Task) -> Result<NodeId> {
        let mut state = lock(&self.state);
        if state.is_invalid {
            return Err(CUerror::STREAM_CAPTURE_INVALIDATED);
        }
        let after = state.ends.get(&stream).cloned().unwrap_or_default();
        let id = self.graph.add(task, after)?;
        state.ends.insert(stream, vec![id]);
        Ok(id)
    }

    /// What the next operation of a stream comes after.
    pub fn ends(&self, stream: u64) -> Vec<NodeId> {
        lock(&self.state).ends.get(&stream).cloned().unwrap_or_default()
    }

    /// Makes the next operation of a stream come after these, too or instead.
    pub fn set_ends(&self, stream: u64, nodes: Vec<NodeId>, is_addition: bool) {
        let mut state = lock(&self.state);
        let ends = state.ends.entry(stream).or_default();
        if !is_addition {
            ends.clear();
        }
        for node in nodes {
            if !ends.contains(&node) {
                ends.push(node);
            }
        }
    }

    /// Something happened that cannot be captured.
    pub fn invalidate(&self) {
        lock(&self.state).is_invalid = true;
    }

    /// Whether it can still end well.
    pub fn is_valid(&self) -> bool {
        !lock(&self.state).is_invalid
    }

    /// Ends it for all its streams; says whether it ended well.
    pub fn end(&self) -> bool {
        let mut state = lock(&self.state);
        state.has_ended = true;
        !state.is_invalid
    }

    /// Whether its origin has ended it.
    pub fn has_ended(&self) -> bool {
        lock(&self.state).has_ended
    }

    /// Whether every other stream's work has been joined into the origin's.
    pub fn is_joined(&self) -> bool {
        let state = lock(&self.state);
        let nodes = lock(&self.graph.nodes);
        // Walk back from the origin's ends; every other stream's end must have been passed.
        let mut reached = BTreeSet::new();
        let mut open = state.ends.get(&self.origin).cloned().unwrap_or_default();
        while let Some(id) = open.pop() {
            if reached.insert(id) {
                open.extend(nodes.get(&id).into_iter().flat_map(|node| node.after.iter().copied()));
            }
        }
        state.ends.values().flatten().all(|id| reached.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> Task {
        Task::Operation(Operation::Nothing)
    }

    fn mark() -> Task {
        Task::Operation(Operation::Mark)
    }

    #[test]
    fn nodes_come_after_their_dependencies_whatever_their_order() {
        let graph = Graph::default();
        let first = graph.add(nothing(), vec![]).expect("no dependencies");
        let second = graph.add(nothing(), vec![first]).expect("a node of the graph");
        let third = graph.add(nothing(), vec![]).expect("no dependencies");
        graph
            .change(first, |node| {
                node.after.push(third);
                Ok(())
            })
            .expect("a node of the graph");
        let order: Vec<NodeId> = graph.sorted().expect("no circle").into_iter().map(|(id, _)| id).collect();
        assert_eq!(order, [third, first, second]);
        graph
            .change(third, |node| {
                node.after.push(second);
                Ok(())
            })
            .expect("a node of the graph");
        assert!(matches!(graph.instantiate(), Err(CUerror::INVALID_VALUE)));
    }

    #[test]
    fn independent_nodes_overlap_in_simulated_time() {
        let (chain, fan) = (Graph::default(), Graph::default());
        let root = chain.add(mark(), vec![]).expect("a node");
        chain.add(mark(), vec![root]).expect("a node");
        let root = fan.add(nothing(), vec![]).expect("a node");
        fan.add(mark(), vec![root]).expect("a node");
        fan.add(mark(), vec![root]).expect("a node");
        let context = Context::create(0);
        let time = |graph: &Graph| {
            perform(&graph.sorted().expect("no circle"), context.object(), &Flight::begin(), Picoseconds(0))
                .expect("done")
        };
        assert_eq!(time(&chain), time(&fan) * 2);
    }

    #[test]
    fn a_foreign_dependency_is_refused() {
        let (one, other) = (Graph::default(), Graph::default());
        let node = one.add(nothing(), vec![]).expect("a node");
        assert_eq!(other.add(nothing(), vec![node]), Err(CUerror::INVALID_VALUE));
    }

    #[test]
    fn a_capture_is_joined_when_the_origin_waits_for_all() {
        let capture = Capture::begin(7, Arc::default(), vec![]);
        let fork = capture.add(7, nothing()).expect("valid");
        capture.set_ends(8, vec![fork], true);
        let other = capture.add(8, nothing()).expect("valid");
        assert!(!capture.is_joined());
        capture.set_ends(7, vec![other], true);
        assert!(capture.is_joined());
        assert_eq!(capture.ends(7), [fork, other]);
    }
}
