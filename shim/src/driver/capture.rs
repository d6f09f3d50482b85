//! Stream management: capturing streams into graphs.

use super::graph::numbers;
use super::stream::resolve;
use crate::abi::{In, Out, Result};
use crate::error::CUerror;
use crate::handle::{Live, StreamHandle};
use crate::runtime::graph::{Capture, Graph};
use crate::runtime::stream::Stream;
use crate::sys::{CUgraph, CUgraphEdgeData, CUgraphNode, CUstreamCaptureMode, CUstreamCaptureStatus as Status};
use std::cell::Cell;
use std::sync::Arc;

/// `cuStreamBeginCapture`
pub fn begin(stream: StreamHandle<Stream>) -> Result {
    begin_in_mode(stream, CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_GLOBAL)
}

fn check_mode(mode: CUstreamCaptureMode) -> Result {
    if mode.0 > CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_RELAXED.0 { Err(CUerror::INVALID_VALUE) } else { Ok(()) }
}

/// `cuStreamBeginCapture_v2`: modes forbid calls that could spoil a capture in a driver that does things lazily. None of
/// ours can, so every capture is a relaxed one.
pub fn begin_in_mode(stream: StreamHandle<Stream>, mode: CUstreamCaptureMode) -> Result {
    check_mode(mode)?;
    resolve(stream)?.begin_capture(Arc::default(), Vec::new())
}

/// `cuStreamBeginCaptureToGraph`
pub fn begin_to_graph(
    stream: StreamHandle<Stream>,
    graph: Live<Graph>,
    after: In<CUgraphNode>,
    _edges: In<CUgraphEdgeData>,
    count: usize,
    mode: CUstreamCaptureMode,
) -> Result {
    check_mode(mode)?;
    let after = numbers(graph.object(), after.slice(count)?)?;
    resolve(stream)?.begin_capture(graph.object().clone(), after)
}

/// `cuStreamEndCapture`
pub fn end(stream: StreamHandle<Stream>, mut graph: Out<CUgraph>) -> Result {
    graph.put(std::ptr::null_mut());
    graph.set(resolve(stream)?.end_capture()?.handle());
    Ok(())
}

/// `cuThreadExchangeStreamCaptureMode`
pub fn exchange_mode(mode: &mut CUstreamCaptureMode) -> Result {
    thread_local!(static MODE: Cell<u32> = const { Cell::new(0) });
    check_mode(*mode)?;
    let before = MODE.try_with(|cell| cell.replace(mode.0)).unwrap_or_default();
    *mode = CUstreamCaptureMode(before);
    Ok(())
}

fn status(capture: Option<&Arc<Capture>>) -> Status {
    match capture {
        None => Status::CU_STREAM_CAPTURE_STATUS_NONE,
        Some(capture) if capture.is_valid() => Status::CU_STREAM_CAPTURE_STATUS_ACTIVE,
        Some(_) => Status::CU_STREAM_CAPTURE_STATUS_INVALIDATED,
    }
}

/// `cuStreamIsCapturing`
pub fn is_capturing(stream: StreamHandle<Stream>, result: Out<Status>) -> Result {
    result.set(status(resolve(stream)?.capture().as_ref()));
    Ok(())
}

/// `cuStreamGetCaptureInfo`
pub fn info(stream: StreamHandle<Stream>, result: Out<Status>, number: Option<Out<u64>>) -> Result {
    info_v2(stream, result, number, None, None, None)
}

/// `cuStreamGetCaptureInfo_v2`
pub fn info_v2(
    stream: StreamHandle<Stream>,
    result: Out<Status>,
    number: Option<Out<u64>>,
    graph: Option<Out<CUgraph>>,
    after: Option<Out<*const CUgraphNode>>,
    count: Option<Out<usize>>,
) -> Result {
    let stream = resolve(stream)?;
    let capture = stream.capture();
    result.set(status(capture.as_ref()));
    let Some(capture) = capture.filter(|capture| capture.is_valid()) else { return Ok(()) };
    if let Some(number) = number {
        number.set(capture.number);
    }
    if let Some(graph) = graph {
        graph.set(capture.graph.handle());
    }
    let ends = capture.ends(stream.number());
    if let Some(count) = count {
        count.set(ends.len());
    }
    if let Some(after) = after {
        let handles = ends.into_iter().map(|id| capture.graph.node_handle(id) as usize).collect();
        after.set(stream.lend(handles).cast());
    }
    Ok(())
}

/// `cuStreamGetCaptureInfo_v3`: all edges are plain ones.
pub fn info_v3(
    stream: StreamHandle<Stream>,
    result: Out<Status>,
    number: Option<Out<u64>>,
    graph: Option<Out<CUgraph>>,
    after: Option<Out<*const CUgraphNode>>,
    edges: Option<Out<*const CUgraphEdgeData>>,
    count: Option<Out<usize>>,
) -> Result {
    if let Some(edges) = edges {
        edges.set(std::ptr::null());
    }
    info_v2(stream, result, number, graph, after, count)
}

/// `cuStreamUpdateCaptureDependencies`
pub fn update(stream: StreamHandle<Stream>, after: In<CUgraphNode>, count: usize, flags: u32) -> Result {
    const SET: u32 = 1;
    let stream = resolve(stream)?;
    let capture = stream.capture().ok_or(CUerror::ILLEGAL_STATE)?;
    if flags & !SET != 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    let after = numbers(&capture.graph, after.slice(count)?)?;
    capture.set_ends(stream.number(), after, flags & SET == 0);
    Ok(())
}

/// `cuStreamUpdateCaptureDependencies_v2`
pub fn update_v2(
    stream: StreamHandle<Stream>,
    after: In<CUgraphNode>,
    _edges: In<CUgraphEdgeData>,
    count: usize,
    flags: u32,
) -> Result {
    update(stream, after, count, flags)
}
