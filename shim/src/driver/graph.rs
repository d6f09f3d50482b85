//! Graph management: making, changing, instantiating and launching graphs. Capturing is in `capture`.

mod description;

pub use description::Described;

use super::stream::resolve;
use crate::abi::{In, Out, OutArray, Result};
use crate::error::CUerror;
use crate::handle::{Live, Object, StreamHandle};
use crate::report;
use crate::runtime::context::Context;
use crate::runtime::event::Event;
use crate::runtime::graph::{Executable, Graph, NodeId, NodeOf, Task};
use crate::runtime::operation::Operation;
use crate::runtime::stream::Stream;
use crate::sys::{
    CUDA_GRAPH_INSTANTIATE_PARAMS, CUgraph, CUgraphEdgeData, CUgraphExec, CUgraphExecUpdateResult,
    CUgraphExecUpdateResultInfo, CUgraphInstantiateResult, CUgraphNode, CUgraphNodeType,
};
use std::ffi::{CStr, c_char};
use std::sync::Arc;

/// `cuGraphCreate`
pub fn create(graph: Out<CUgraph>, flags: u32) -> Result {
    if flags != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    graph.set(Arc::<Graph>::default().handle());
    Ok(())
}

/// `cuGraphDestroy`
pub fn destroy(graph: Live<Graph>) -> Result {
    Graph::destroy(&graph)
}

/// `cuGraphClone`
pub fn clone(result: Out<CUgraph>, graph: Live<Graph>) -> Result {
    result.set(Arc::new(graph.copy()).handle());
    Ok(())
}

/// `cuGraphNodeFindInClone`: nodes keep their numbers in a copy.
pub fn find_in_clone(result: Out<CUgraphNode>, node: Live<NodeOf>, clone: Live<Graph>) -> Result {
    clone.node(node.id)?;
    result.set(clone.object().node_handle(node.id));
    Ok(())
}

/// The numbers of nodes, which must be ones of the graph.
pub fn numbers(graph: &Arc<Graph>, nodes: &[CUgraphNode]) -> Result<Vec<NodeId>> {
    let number = |&node: &CUgraphNode| {
        let node = NodeOf::registry().get(node)?;
        if Arc::ptr_eq(&node.graph()?, graph) { Ok(node.id) } else { Err(CUerror::INVALID_VALUE) }
    };
    nodes.iter().map(number).collect()
}

fn add(result: Out<CUgraphNode>, graph: Live<Graph>, after: In<CUgraphNode>, count: usize, task: Task) -> Result {
    let graph = graph.object();
    let mut after = numbers(graph, after.slice(count)?)?;
    let before = after.len();
    after.sort();
    after.dedup();
    if after.len() != before {
        return Err(CUerror::INVALID_VALUE);
    }
    result.set(graph.node_handle(graph.add(task, after)?));
    Ok(())
}

/// `cuGraphAddKernelNode`
pub fn add_node(
    result: Out<CUgraphNode>,
    graph: Live<Graph>,
    after: In<CUgraphNode>,
    count: usize,
    described: Described,
) -> Result {
    add(result, graph, after, count, described.0)
}

/// `cuGraphAddNode_v2`: edges between parts of kernels are edges between the kernels.
pub fn add_node_with_edges(
    result: Out<CUgraphNode>,
    graph: Live<Graph>,
    after: In<CUgraphNode>,
    _edges: In<CUgraphEdgeData>,
    count: usize,
    described: Described,
) -> Result {
    add(result, graph, after, count, described.0)
}

/// `cuGraphAddMemcpyNode`, `cuGraphAddMemsetNode`
pub fn add_node_in_context(
    result: Out<CUgraphNode>,
    graph: Live<Graph>,
    after: In<CUgraphNode>,
    count: usize,
    described: Described,
    _context: Option<Live<Context>>,
) -> Result {
    add(result, graph, after, count, described.0)
}

/// `cuGraphAddChildGraphNode`
pub fn add_child(
    result: Out<CUgraphNode>,
    graph: Live<Graph>,
    after: In<CUgraphNode>,
    count: usize,
    child: Live<Graph>,
) -> Result {
    add(result, graph, after, count, Task::Child(Arc::new(child.copy())))
}

/// `cuGraphChildGraphNodeGetGraph`
pub fn child_of(node: Live<NodeOf>, child: Out<CUgraph>) -> Result {
    match node.graph()?.node(node.id)?.task {
        Task::Child(graph) => child.set(graph.handle()),
        _ => return Err(CUerror::INVALID_VALUE),
    }
    Ok(())
}

/// `cuGraphAddEmptyNode`
pub fn add_empty(result: Out<CUgraphNode>, graph: Live<Graph>, after: In<CUgraphNode>, count: usize) -> Result {
    add(result, graph, after, count, Task::Operation(Operation::Nothing))
}

/// `cuGraphAddEventRecordNode`
pub fn add_record(
    result: Out<CUgraphNode>,
    graph: Live<Graph>,
    after: In<CUgraphNode>,
    count: usize,
    event: Live<Event>,
) -> Result {
    add(result, graph, after, count, Task::Record(event.object().clone()))
}

/// `cuGraphAddEventWaitNode`
pub fn add_wait(
    result: Out<CUgraphNode>,
    graph: Live<Graph>,
    after: In<CUgraphNode>,
    count: usize,
    event: Live<Event>,
) -> Result {
    add(result, graph, after, count, Task::Wait(event.object().clone()))
}

/// Changes what a node does; it must stay of its kind.
fn set(node: &NodeOf, task: Task) -> Result {
    node.graph()?.change(node.id, |node| {
        if node.task.is_same_kind(&task) {
            node.task = task;
            Ok(())
        } else {
            Err(CUerror::INVALID_VALUE)
        }
    })
}

/// `cuGraph*NodeSetParams`
pub fn set_node(node: Live<NodeOf>, described: Described) -> Result {
    set(&node, described.0)
}

/// `cuGraphEventRecordNodeSetEvent`
pub fn set_record(node: Live<NodeOf>, event: Live<Event>) -> Result {
    set(&node, Task::Record(event.object().clone()))
}

/// `cuGraphEventWaitNodeSetEvent`
pub fn set_wait(node: Live<NodeOf>, event: Live<Event>) -> Result {
    set(&node, Task::Wait(event.object().clone()))
}

/// `cuGraphNodeGetType`
pub fn node_type(node: Live<NodeOf>, kind: Out<CUgraphNodeType>) -> Result {
    kind.set(kind_of(&node.graph()?.node(node.id)?.task));
    Ok(())
}

fn kind_of(task: &Task) -> CUgraphNodeType {
    use CUgraphNodeType as K;
    match task {
        Task::Child(_) => K::CU_GRAPH_NODE_TYPE_GRAPH,
        Task::Record(_) => K::CU_GRAPH_NODE_TYPE_EVENT_RECORD,
        Task::Wait(_) => K::CU_GRAPH_NODE_TYPE_WAIT_EVENT,
        Task::Operation(operation) => match operation {
            Operation::Launch(_) => K::CU_GRAPH_NODE_TYPE_KERNEL,
            Operation::Copy(_) | Operation::Upload { .. } => K::CU_GRAPH_NODE_TYPE_MEMCPY,
            Operation::Fill(_) => K::CU_GRAPH_NODE_TYPE_MEMSET,
            Operation::Call(_) | Operation::Notify(_) => K::CU_GRAPH_NODE_TYPE_HOST,
            Operation::Nothing => K::CU_GRAPH_NODE_TYPE_EMPTY,
            Operation::Mark => K::CU_GRAPH_NODE_TYPE_EVENT_RECORD,
            Operation::Signal(..) | Operation::Await(..) => K::CU_GRAPH_NODE_TYPE_BATCH_MEM_OP,
            Operation::Free(_) => K::CU_GRAPH_NODE_TYPE_MEM_FREE,
            Operation::Graph(_) => K::CU_GRAPH_NODE_TYPE_GRAPH,
        },
    }
}

/// Writes a list of nodes as CUDA does: without an array, how many there are; with one, as many as fit, and nulls in
/// what is left of it.
fn write_nodes(graph: &Arc<Graph>, nodes: &[NodeId], to: OutArray<CUgraphNode>, count: &mut usize) -> Result {
    if to.is_null() {
        *count = nodes.len();
        return Ok(());
    }
    let handles = nodes.iter().map(|&id| graph.node_handle(id)).chain(std::iter::repeat(std::ptr::null_mut()));
    to.slice(*count)?.iter_mut().zip(handles).for_each(|(to, node)| _ = to.write(node));
    *count = nodes.len().min(*count);
    Ok(())
}

/// `cuGraphGetNodes`
pub fn get_nodes(graph: Live<Graph>, nodes: OutArray<CUgraphNode>, count: &mut usize) -> Result {
    let ids: Vec<NodeId> = graph.nodes().iter().map(|(id, _)| *id).collect();
    write_nodes(graph.object(), &ids, nodes, count)
}

/// `cuGraphGetRootNodes`
pub fn get_root_nodes(graph: Live<Graph>, nodes: OutArray<CUgraphNode>, count: &mut usize) -> Result {
    let ids: Vec<NodeId> = graph.nodes().iter().filter(|(_, node)| node.after.is_empty()).map(|(id, _)| *id).collect();
    write_nodes(graph.object(), &ids, nodes, count)
}

/// `cuGraphGetEdges`
pub fn get_edges(
    graph: Live<Graph>,
    from: OutArray<CUgraphNode>,
    to: OutArray<CUgraphNode>,
    count: &mut usize,
) -> Result {
    let nodes = graph.nodes();
    let edges = nodes.iter().flat_map(|(to, node)| node.after.iter().map(move |from| (*from, *to)));
    let (sources, targets): (Vec<NodeId>, Vec<NodeId>) = edges.unzip();
    let mut again = *count;
    if from.is_null() != to.is_null() {
        return Err(CUerror::INVALID_VALUE);
    }
    write_nodes(graph.object(), &sources, from, &mut again)?;
    write_nodes(graph.object(), &targets, to, count)
}

/// `cuGraphGetEdges_v2`: all edges are plain ones.
pub fn get_edges_with_data(
    graph: Live<Graph>,
    from: OutArray<CUgraphNode>,
    to: OutArray<CUgraphNode>,
    data: OutArray<CUgraphEdgeData>,
    count: &mut usize,
) -> Result {
    write_plain_edges(data, *count)?;
    get_edges(graph, from, to, count)
}

fn write_plain_edges(data: OutArray<CUgraphEdgeData>, count: usize) -> Result {
    if !data.is_null() {
        let plain = CUgraphEdgeData { from_port: 0, to_port: 0, type_: 0, reserved: [0; 5] };
        data.slice(count)?.iter_mut().for_each(|to| _ = to.write(plain));
    }
    Ok(())
}

/// `cuGraphNodeGetDependencies`
pub fn get_dependencies(node: Live<NodeOf>, nodes: OutArray<CUgraphNode>, count: &mut usize) -> Result {
    let graph = node.graph()?;
    write_nodes(&graph, &graph.node(node.id)?.after, nodes, count)
}

/// `cuGraphNodeGetDependencies_v2`
pub fn get_dependencies_with_data(
    node: Live<NodeOf>,
    nodes: OutArray<CUgraphNode>,
    data: OutArray<CUgraphEdgeData>,
    count: &mut usize,
) -> Result {
    write_plain_edges(data, *count)?;
    get_dependencies(node, nodes, count)
}

/// `cuGraphNodeGetDependentNodes`
pub fn get_dependents(node: Live<NodeOf>, nodes: OutArray<CUgraphNode>, count: &mut usize) -> Result {
    let graph = node.graph()?;
    graph.node(node.id)?;
    let all = graph.nodes();
    let ids: Vec<NodeId> = all.iter().filter(|(_, other)| other.after.contains(&node.id)).map(|(id, _)| *id).collect();
    write_nodes(&graph, &ids, nodes, count)
}

/// `cuGraphNodeGetDependentNodes_v2`
pub fn get_dependents_with_data(
    node: Live<NodeOf>,
    nodes: OutArray<CUgraphNode>,
    data: OutArray<CUgraphEdgeData>,
    count: &mut usize,
) -> Result {
    write_plain_edges(data, *count)?;
    get_dependents(node, nodes, count)
}

/// `cuGraphAddDependencies`
pub fn add_dependencies(graph: Live<Graph>, from: In<CUgraphNode>, to: In<CUgraphNode>, count: usize) -> Result {
    let graph = graph.object();
    let (from, to) = (numbers(graph, from.slice(count)?)?, numbers(graph, to.slice(count)?)?);
    for (from, to) in from.into_iter().zip(to) {
        graph.change(to, |node| {
            if from == to || node.after.contains(&from) {
                return Err(CUerror::INVALID_VALUE);
            }
            node.after.push(from);
            Ok(())
        })?;
    }
    Ok(())
}

/// `cuGraphAddDependencies_v2`
pub fn add_dependencies_with_data(
    graph: Live<Graph>,
    from: In<CUgraphNode>,
    to: In<CUgraphNode>,
    _data: In<CUgraphEdgeData>,
    count: usize,
) -> Result {
    add_dependencies(graph, from, to, count)
}

/// `cuGraphRemoveDependencies`
pub fn remove_dependencies(graph: Live<Graph>, from: In<CUgraphNode>, to: In<CUgraphNode>, count: usize) -> Result {
    let graph = graph.object();
    let (from, to) = (numbers(graph, from.slice(count)?)?, numbers(graph, to.slice(count)?)?);
    for (from, to) in from.into_iter().zip(to) {
        graph.change(to, |node| {
            let at = node.after.iter().position(|id| *id == from).ok_or(CUerror::INVALID_VALUE)?;
            node.after.remove(at);
            Ok(())
        })?;
    }
    Ok(())
}

/// `cuGraphRemoveDependencies_v2`
pub fn remove_dependencies_with_data(
    graph: Live<Graph>,
    from: In<CUgraphNode>,
    to: In<CUgraphNode>,
    _data: In<CUgraphEdgeData>,
    count: usize,
) -> Result {
    remove_dependencies(graph, from, to, count)
}

/// `cuGraphDestroyNode`
pub fn destroy_node(node: Live<NodeOf>) -> Result {
    node.graph()?.remove(node.id)
}

/// Launching from the device is what we do not offer among the ways to instantiate.
fn check_instantiate_flags(flags: u64) -> Result {
    const AUTO_FREE_ON_LAUNCH: u64 = 1;
    const UPLOAD: u64 = 2;
    const DEVICE_LAUNCH: u64 = 4;
    const USE_NODE_PRIORITY: u64 = 8;
    match flags {
        flags if flags & !(AUTO_FREE_ON_LAUNCH | UPLOAD | DEVICE_LAUNCH | USE_NODE_PRIORITY) != 0 => {
            Err(CUerror::INVALID_VALUE)
        }
        flags if flags & DEVICE_LAUNCH != 0 => Err(report::unsupported("launching graphs from kernels")),
        _ => Ok(()),
    }
}

fn instantiated(graph: &Graph) -> Result<CUgraphExec> {
    Ok(Executable::registry().insert(Arc::new(graph.instantiate()?)).handle())
}

/// `cuGraphInstantiate`, whose log says nothing
pub fn instantiate_with_log(
    executable: Out<CUgraphExec>,
    graph: Live<Graph>,
    error_node: Option<Out<CUgraphNode>>,
    log: OutArray<c_char>,
    log_bytes: usize,
) -> Result {
    if let Some(error_node) = error_node {
        error_node.set(std::ptr::null_mut());
    }
    if !log.is_null() && log_bytes > 0 {
        log.write_string(log_bytes, "")?;
    }
    executable.set(instantiated(&graph)?);
    Ok(())
}

/// `cuGraphInstantiateWithFlags`
pub fn instantiate(executable: Out<CUgraphExec>, graph: Live<Graph>, flags: u64) -> Result {
    check_instantiate_flags(flags)?;
    executable.set(instantiated(&graph)?);
    Ok(())
}

/// `cuGraphInstantiateWithParams`
pub fn instantiate_with_params(
    executable: Out<CUgraphExec>,
    graph: Live<Graph>,
    params: &mut CUDA_GRAPH_INSTANTIATE_PARAMS,
) -> Result {
    params.hErrNode_out = std::ptr::null_mut();
    params.result_out = CUgraphInstantiateResult::CUDA_GRAPH_INSTANTIATE_ERROR;
    check_instantiate_flags(params.flags)?;
    executable.set(instantiated(&graph)?);
    params.result_out = CUgraphInstantiateResult::CUDA_GRAPH_INSTANTIATE_SUCCESS;
    Ok(())
}

/// `cuGraphExecGetFlags`: none that we took has an effect.
pub fn executable_flags(_executable: Live<Executable>, flags: Out<u64>) -> Result {
    flags.set(0);
    Ok(())
}

/// `cuGraphExec*NodeSetParams`
pub fn set_in_executable(executable: Live<Executable>, node: Live<NodeOf>, described: Described) -> Result {
    executable.set(node.id, described.0)
}

/// `cuGraphExecMemcpyNodeSetParams`, `cuGraphExecMemsetNodeSetParams`
pub fn set_in_executable_in_context(
    executable: Live<Executable>,
    node: Live<NodeOf>,
    described: Described,
    _context: Option<Live<Context>>,
) -> Result {
    executable.set(node.id, described.0)
}

/// `cuGraphExecChildGraphNodeSetParams`
pub fn set_child_in_executable(executable: Live<Executable>, node: Live<NodeOf>, child: Live<Graph>) -> Result {
    executable.set(node.id, Task::Child(Arc::new(child.copy())))
}

/// `cuGraphExecEventRecordNodeSetEvent`
pub fn set_record_in_executable(executable: Live<Executable>, node: Live<NodeOf>, event: Live<Event>) -> Result {
    executable.set(node.id, Task::Record(event.object().clone()))
}

/// `cuGraphExecEventWaitNodeSetEvent`
pub fn set_wait_in_executable(executable: Live<Executable>, node: Live<NodeOf>, event: Live<Event>) -> Result {
    executable.set(node.id, Task::Wait(event.object().clone()))
}

/// `cuGraphNodeSetEnabled`
pub fn set_enabled(executable: Live<Executable>, node: Live<NodeOf>, enabled: u32) -> Result {
    executable.set_enabled(node.id, enabled != 0)
}

/// `cuGraphNodeGetEnabled`
pub fn get_enabled(executable: Live<Executable>, node: Live<NodeOf>, enabled: Out<u32>) -> Result {
    enabled.set(executable.is_enabled(node.id)?.into());
    Ok(())
}

/// `cuGraphUpload`: there is nothing to bring anywhere before a launch.
pub fn upload(_executable: Live<Executable>, stream: StreamHandle<Stream>) -> Result {
    resolve(stream).map(drop)
}

/// `cuGraphLaunch`
pub fn launch(executable: Live<Executable>, stream: StreamHandle<Stream>) -> Result {
    let stream = resolve(stream)?;
    executable.launch(&stream)
}

/// `cuGraphExecDestroy`: launches under way go on.
pub fn destroy_executable(executable: Live<Executable>) -> Result {
    executable.remove().map(drop)
}

/// `cuGraphExecUpdate`
pub fn update(
    executable: Live<Executable>,
    graph: Live<Graph>,
    error_node: Option<Out<CUgraphNode>>,
    result: Option<Out<CUgraphExecUpdateResult>>,
) -> Result {
    let outcome = executable.update(&graph);
    if let Some(error_node) = error_node {
        error_node.set(std::ptr::null_mut());
    }
    if let Some(result) = result {
        result.set(update_result(outcome));
    }
    outcome
}

/// `cuGraphExecUpdate_v2`
pub fn update_v2(executable: Live<Executable>, graph: Live<Graph>, info: Out<CUgraphExecUpdateResultInfo>) -> Result {
    let outcome = executable.update(&graph);
    let null = std::ptr::null_mut();
    info.set(CUgraphExecUpdateResultInfo { result: update_result(outcome), errorNode: null, errorFromNode: null });
    outcome
}

fn update_result(outcome: Result) -> CUgraphExecUpdateResult {
    match outcome {
        Ok(()) => CUgraphExecUpdateResult::CU_GRAPH_EXEC_UPDATE_SUCCESS,
        Err(_) => CUgraphExecUpdateResult::CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED,
    }
}

/// `cuGraphDebugDotPrint`
pub fn print_dot(graph: Live<Graph>, path: &CStr, _flags: u32) -> Result {
    let mut text = String::from("digraph graph_1 {\n");
    for (id, node) in graph.nodes() {
        let kind = match kind_of(&node.task) {
            CUgraphNodeType::CU_GRAPH_NODE_TYPE_KERNEL => "kernel",
            CUgraphNodeType::CU_GRAPH_NODE_TYPE_MEMCPY => "memcpy",
            CUgraphNodeType::CU_GRAPH_NODE_TYPE_MEMSET => "memset",
            CUgraphNodeType::CU_GRAPH_NODE_TYPE_HOST => "host",
            CUgraphNodeType::CU_GRAPH_NODE_TYPE_GRAPH => "graph",
            CUgraphNodeType::CU_GRAPH_NODE_TYPE_EMPTY => "empty",
            _ => "event",
        };
        text.push_str(&format!("  node_{} [label=\"{kind}\"];\n", id.0));
        for from in node.after {
            text.push_str(&format!("  node_{} -> node_{};\n", from.0, id.0));
        }
    }
    text.push_str("}\n");
    let path = path.to_str().map_err(|_| CUerror::INVALID_VALUE)?;
    std::fs::write(path, text).map_err(|_| CUerror::OPERATING_SYSTEM)
}
