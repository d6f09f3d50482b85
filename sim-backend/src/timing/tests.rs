//! Published measurements (the points u1 to u17 of the project's reference notes), laws, and extrapolation.

use super::*;
use crate::spec::{TRN1, TRN2, TRN3};

/// A program of one core for `device`: its waves are turns of whatever `wave` does.
fn program(device: &str, waves: u64, buffers: u32, declarations: &str, wave: &str) -> Program {
    let text = format!(
        "program test {device} numerics=device grid={}x1x1 block=512x1x1 shared=0 {{
  layout ctas=128 threads=512 chunks=1 waves={waves} buffers={buffers}
  region global uint8 arena
  register wave r0 wave
{declarations}
  waves {{
{wave}
  }}
}}
",
        waves * 128
    );
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn spec_of(program: &Program) -> &'static Spec {
    Spec::of(program.device)
}

/// Simulates all waves one by one on one core that has its stack's memory to itself.
fn outcome(program: &Program, counts: &Counts) -> Outcome {
    let spec = spec_of(program);
    let hbm = spec.hbm_stack();
    let plan = Plan::new(spec, program, Runs::of(program, counts), hbm).unwrap();
    plan.simulate(spec, program.layout.waves, hbm).unwrap()
}

fn end(program: &Program) -> Picoseconds {
    outcome(program, &Counts::default()).end
}

/// Time of one more wave, once many have run.
fn period(device: &str, declarations: &str, wave: &str) -> Picoseconds {
    let time = |waves| end(&program(device, waves, 2, declarations, wave));
    Picoseconds((time(48) - time(16)).0 / 32)
}

/// Start and end of the only run of the instruction with this index, or of its transfer.
fn span(outcome: &Outcome, instruction: usize, is_transfer: bool) -> (f64, f64) {
    let span = outcome.spans.iter().find(|s| s.instruction == instruction && s.is_transfer == is_transfer).unwrap();
    (span.start.as_ns(), span.end.as_ns())
}

#[track_caller]
fn close(what: &str, modelled: f64, published: f64, percent: f64) {
    let off = 100.0 * (modelled / published - 1.0);
    assert!(off.abs() <= percent, "{what}: {modelled:.1}, published {published:.1}, {off:+.1} %");
}

const MATMUL: &str = "  region a bfloat16 sbuf 0x0 [128 x 1024]
  region b bfloat16 sbuf 0x400 [128 x 1024]
  region c float32 psum 0x0 [128 x 2048] x2";

fn matmul(k: u32, m: u32, n: u32, dtype: &str) -> String {
    format!("    tensor c.float32[{m}, {n}] = nc_matmul a.{dtype}[{k}, {m}], b.{dtype}[{k}, {n}]")
}

#[test]
fn u1_back_to_back_matmuls_run_at_the_measured_rate() {
    let time = end(&program("trn2", 2048, 2, MATMUL, &matmul(128, 128, 512, "bfloat16")));
    close("ns per matmul", time.as_ns() / 2048.0, 217.0, 3.0);
}

#[test]
fn u2_matmuls_of_mixed_shapes_take_the_measured_time() {
    let sections = [(128, 32, 512), (128, 128, 64), (32, 128, 512), (128, 128, 512)];
    let times = sections.map(|(k, m, n)| end(&program("trn2", 512, 2, MATMUL, &matmul(k, m, n, "bfloat16"))));
    close("us", times.into_iter().sum::<Picoseconds>().as_ns() / 1e3, 450.0, 10.0);
}

#[test]
fn u3_a_float32_matmul_takes_two_passes_and_the_pipeline() {
    const FP32: &str = "  region a float32 sbuf 0x0 [128 x 512]
  region b float32 sbuf 0x200 [128 x 2048]
  region c float32 psum 0x0 [128 x 2048] x2";
    let each = period("trn2", FP32, &matmul(128, 128, 512, "float32"));
    close("ns between passes", each.as_ns() / 2.0, 430.0, 3.0);
    close("ns of a pass", each.as_ns() / 2.0 + TRN2.tensor_fill.as_ns(), 600.0, 3.0);
}

#[test]
fn u4_a_copy_from_psum_takes_its_elements_and_a_fill() {
    let declarations = "  region c float32 psum 0x0 [128 x 2048]
  region d float32 sbuf 0x0 [128 x 2048]";
    let wave = "    vector d.float32[128, 512] = tensor_copy c.float32[128, 512]";
    close("ns", end(&program("trn2", 1, 1, declarations, wave)).as_ns(), 673.0, 1.0);
}

#[test]
fn u5_isolated_activations_have_their_measured_latency() {
    let declarations = "  region a bfloat16 sbuf 0x0 [128 x 8192]
  region d bfloat16 sbuf 0x2000 [128 x 8192]";
    for (elements, published) in [(4096, 3_718.0), (128, 402.0)] {
        let wave =
            format!("    scalar d.bfloat16[4, {elements}] = activation a.bfloat16[4, {elements}], _, _ function=exp");
        let time = end(&program("trn2", 1, 1, declarations, &wave)) - TRN2.activation_table_load;
        close("ns", time.as_ns(), published, 1.0);
    }
}

#[test]
fn u6_another_activation_table_is_loaded_once() {
    let declarations = "  region a float32 sbuf 0x0 [128 x 512]
  region d float32 sbuf 0x200 [128 x 512]";
    let act = |function: &&str| {
        format!("    scalar d.float32[128, 128] = activation a.float32[128, 128], _, _ function={function}\n")
    };
    let loads = |functions: &[&str]| {
        let wave: String = functions.iter().map(&act).collect();
        outcome(&program("trn2", 2, 1, declarations, &wave), &Counts::default()).table_loads
    };
    let load = Picoseconds::from_ns(1_331);
    assert_eq!(loads(&["exp", "copy", "log"]), load);
    assert_eq!(loads(&["exp", "gelu"]), load * 4, "they evict each other");
    assert_eq!(loads(&["copy", "abs"]), Picoseconds::ZERO);
}

#[test]
fn u7_dependent_operations_repeat_at_the_measured_interval() {
    let declarations = "  region a float32 sbuf 0x0 [128 x 4]";
    let wave = "    scalar a.float32[128, 1] = activation a.float32[128, 1], _, _ function=square";
    close("ns", period("trn1", declarations, wave).as_ns(), 189.0, 1.0);
}

#[test]
fn u8_long_dependent_operations_hide_their_latency() {
    let declarations = "  region a float32 sbuf 0x0 [128 x 2048]
  region b float32 sbuf 0x800 [128 x 2048]";
    let two = "    vector a.float32[128, 512] = tensor_tensor a.float32[128, 512], b.float32[128, 512] op=add";
    assert_eq!(
        period("trn1", declarations, two).as_ns().round(),
        TRN1.vector_clock.time(crate::units::Cycles(1024)).as_ns().round()
    );
}

fn dma(device: &str, waves: u64, partitions: u32, row: u32, dge: &str, queue: u32, is_load: bool) -> Program {
    let declarations = format!(
        "  region x float32 sbuf 0x0 [128 x {row}] x2\n  semaphore done\n  region y float32 sbuf {:#x} [128 x 4]",
        2 * row
    );
    let elements = row / 4;
    let hbm = format!("global.float32[4096 + %wave*{}; {partitions}*{row}, {elements}*4]", partitions * row);
    let tile = format!("x.float32[{partitions}, {elements}]");
    let (to, from) = if is_load { (tile, hbm) } else { (hbm, tile) };
    let engine = if dge == "swdge" { "gpsimd" } else { "sync" };
    let wave = format!(
        "    {engine} {to} = dma_copy {from}, _ queue={queue} dge={dge} then done+16
    vector y.float32[128, 1] = memset 0:float32 wait done>=16"
    );
    program(device, waves, 2, &declarations, &wave)
}

#[test]
fn u9_a_transfer_of_one_engine_starts_and_runs_as_measured() {
    let outcome = outcome(&dma("trn2", 1, 4, 8192, "static", 0, true), &Counts::default());
    let (trigger, _) = span(&outcome, 0, false);
    let (start, end) = span(&outcome, 0, true);
    let (consumer, _) = span(&outcome, 1, false);
    close("trigger to data", start - trigger, 1_006.0, 10.0);
    close("data", end - start, 1_416.0, 3.0);
    close("data to consumer", consumer - end, 321.0, 10.0);
}

#[test]
fn u9_a_store_is_modelled_as_slow_as_a_load() {
    let outcome = outcome(&dma("trn2", 1, 4, 8192, "static", 0, false), &Counts::default());
    let (start, end) = span(&outcome, 0, true);
    // FIXME: published is 1,224 ns: an engine writes to HBM at 26.8 GB/s and reads at 23.1. Sustained bandwidths of
    // copies, which do both, leave no room for a cheaper store, so the model knows one rate only.
    close("data", end - start, 1_437.0, 1.0);
}

#[test]
fn u10_u11_transfers_with_software_descriptors_take_the_measured_time() {
    for (is_load, published) in [(true, 743.0 + 468.0 + 290.0), (false, 865.0)] {
        let outcome = outcome(&dma("trn2", 1, 128, 256, "swdge", 0, is_load), &Counts::default());
        let (trigger, built) = span(&outcome, 0, false);
        close("descriptors", built - trigger, 883.0, 10.0);
        let until = if is_load { span(&outcome, 1, false).0 } else { span(&outcome, 0, true).1 };
        // The rows' own time is the most that the model takes for them; a descriptor generator packs them better.
        close("trigger to end", until - built, published, if is_load { 20.0 } else { 25.0 });
    }
}

#[test]
fn u12_a_hardware_descriptor_instruction_keeps_its_engine_half_a_microsecond() {
    let outcome = outcome(&dma("trn2", 1, 128, 4096, "hwdge", 0, true), &Counts::default());
    let (start, end) = span(&outcome, 0, false);
    close("ns", end - start, 520.0, 1.0);
}

/// GB/s of transfers that go round the queues of a core.
fn sustained(device: &str, row: u32, queues: u64) -> f64 {
    let declarations = "  region x float32 sbuf 0x0 [128 x 8192] x2";
    let wave: String = (0..queues)
        .map(|queue| {
            let elements = row / 4;
            format!("    sync x.float32[128, {elements}] = dma_copy global.float32[4096; 128*{row}, {elements}*4], _ queue={queue} dge=static\n")
        })
        .collect();
    Bytes(u64::from(row) * 128 * queues).gb_per_second(period(device, declarations, &wave))
}

#[test]
fn u13_u14_bandwidth_by_descriptor_size() {
    for (row, published) in [(1024, 259.0), (2048, 314.0), (4096, 361.0)] {
        close("many queues, GB/s", sustained("trn2", row, 8), published, 10.0);
    }
    for (row, published) in [(1024, 152.8), (2048, 245.8)] {
        close("one queue, GB/s", sustained("trn2", row, 1), published, 10.0);
    }
}

#[test]
fn u15_full_bandwidth_of_a_core() {
    for (device, published) in [("trn1", 272.0), ("trn2", 368.0), ("trn3", 528.0)] {
        close(device, sustained(device, 8192, 8), published, 3.0);
    }
}

#[test]
fn u16_the_fixed_cost_between_a_producer_and_the_consumer_of_its_data() {
    let outcome = outcome(&dma("trn2", 1, 128, 4096, "static", 0, true), &Counts::default());
    let (trigger, _) = span(&outcome, 0, false);
    let (start, end) = span(&outcome, 0, true);
    let (consumer, _) = span(&outcome, 1, false);
    close("ns", consumer - trigger - (end - start), 1_300.0, 10.0);
}

#[test]
fn u17_a_single_transfer_has_a_floor_and_then_a_bandwidth() {
    let rate = |row: u32| {
        let outcome = outcome(&dma("trn2", 1, 128, row, "static", 0, true), &Counts::default());
        let (trigger, _) = span(&outcome, 0, false);
        f64::from(128 * row) / (span(&outcome, 0, true).1 - trigger)
    };
    let full = rate(32 << 10);
    let relative: Vec<f64> = [256, 1024, 4096, 8192].map(|row| rate(row) / full).to_vec();
    assert!(relative.windows(2).all(|pair| pair[0] < pair[1]), "{relative:?}");
    assert!(relative[0] < 0.12, "short rows waste the engines: {relative:?}");
    // FIXME: published is 0.97 at 4 KiB; the published curve hides the start of a transfer, whose 1 us this includes.
    assert!((0.5..0.8).contains(&relative[2]), "{relative:?}");
}

/// Loads, works on and stores a tile of so many columns, double-buffered.
fn pipeline(device: &str, waves: u64, columns: u32, passes: usize) -> Program {
    let row = columns * 4;
    let declarations = format!(
        "  region x float32 sbuf 0x0 [128 x {row}] x2
  semaphore loaded
  semaphore done
  semaphore free = 32"
    );
    let work = format!(
        "    vector x.float32[128, {columns}] = tensor_scalar x.float32[128, {columns}], 2.0:float32, _ op=multiply"
    );
    let mut wave = format!(
        "    sync x.float32[128, {columns}] = dma_copy global.float32[4096 + %wave*{}; 128*{row}, {columns}*4], _ queue=0 dge=static wait free>=16 then loaded+16\n",
        128 * row
    );
    for pass in 0..passes {
        let waits = if pass == 0 { " wait loaded>=16" } else { "" };
        let then = if pass + 1 == passes { " then done+1" } else { "" };
        wave += &format!("{work}{waits}{then}\n");
    }
    wave += &format!(
        "    scalar global.float32[4096 + %wave*{}; 128*{row}, {columns}*4] = dma_copy x.float32[128, {columns}], _ queue=1 dge=static wait done>=1 then free+16",
        128 * row
    );
    program(device, waves, 2, &declarations, &wave)
}

fn kernel() -> Kernel {
    Kernel {
        name: "test".into(),
        params: Vec::new(),
        param_bytes: 0,
        static_shared: 0,
        dynamic_shared_align: 1,
        symbols: Vec::new(),
        max_threads: None,
        required_threads: None,
        functions: Vec::new(),
        files: Vec::new(),
    }
}

fn verdict_on(device: &Device, program: &Program) -> Verdict {
    judge(device, program, &kernel(), &Counts::default()).unwrap()
}

#[test]
fn equal_inputs_give_equal_picoseconds() {
    let program = pipeline("trn2", 1000, 512, 3);
    let first = verdict_on(&Device::default(), &program);
    assert_eq!(first, verdict_on(&Device::default(), &program));
    // A change of the model changes this number, and a reviewer sees it.
    assert_eq!(first.time, Picoseconds(419_524_250));
}

#[test]
fn extrapolation_over_waves_equals_the_full_simulation() {
    for passes in [1, 4] {
        let program = pipeline("trn2", 64, 512, passes);
        let full = end(&program);
        let one_core = Device { cores: 1, ..Device::default() };
        let extrapolated = verdict_on(&one_core, &program).execution;
        close("all waves", extrapolated.as_ns(), full.as_ns(), 0.5);
    }
}

#[test]
fn more_bytes_more_waves_and_fewer_cores_are_never_faster() {
    let device = Device::default();
    let times = |programs: Vec<Program>| programs.iter().map(|p| verdict_on(&device, p).time).collect::<Vec<_>>();
    let by_bytes = times([64, 128, 256, 512, 1024].map(|columns| pipeline("trn2", 64, columns, 1)).to_vec());
    assert!(by_bytes.is_sorted(), "{by_bytes:?}");
    let by_waves = times([1, 2, 7, 8, 9, 16, 17, 64, 65, 640].map(|waves| pipeline("trn2", waves, 256, 1)).to_vec());
    assert!(by_waves.is_sorted(), "{by_waves:?}");
    let program = pipeline("trn2", 64, 256, 1);
    let by_cores: Vec<_> =
        [8, 4, 2, 1].map(|cores| verdict_on(&Device { cores, ..Device::default() }, &program).time).to_vec();
    assert!(by_cores.is_sorted(), "{by_cores:?}");
}

#[test]
fn the_verdict_names_what_is_busiest() {
    let little = verdict_on(&Device::default(), &pipeline("trn2", 64, 512, 1));
    assert_eq!(little.bound_by, Unit::Dma);
    assert!(little.share(Unit::Dma) > 55.0, "{}", little.share(Unit::Dma));
    let much = verdict_on(&Device::default(), &pipeline("trn2", 640, 512, 16));
    assert_eq!(much.bound_by, Unit::Engine(Engine::Vector));
    assert!((95.0..=100.0).contains(&much.share(much.bound_by)), "{}", much.share(much.bound_by));
    assert_eq!(
        little.traffic,
        Traffic {
            read: Bytes(64 * 128 * 2048),
            written: Bytes(64 * 128 * 2048),
            moved: Bytes(2 * 64 * 128 * 2048),
            descriptors: 2 * 64 * 128,
        }
    );
    assert_eq!(little.traffic.mean_descriptor(), Bytes(2048));
}

#[test]
fn newer_chips_move_memory_faster() {
    let time = |spec: &'static Spec| verdict_on(&Device::new(spec), &pipeline(spec.name, 640, 1024, 1)).execution;
    let [trn1, trn2, trn3] = [&TRN1, &TRN2, &TRN3].map(time);
    assert!(trn1 > trn2 * 4 && trn2 > trn3, "{trn1} {trn2} {trn3}");
}

/// Vector works `turns` times on a tile in a loop that block 1 counts.
fn looping(waves: u64, turns: u64) -> (Program, Counts) {
    let declarations = "  region x float32 sbuf 0x0 [128 x 2048]
  region n int32 sbuf 0x800 [128 x 4]
  register more r1";
    let wave = "    vector %more = register_load n.int32[1]
    while vector %more block=1 {
      vector x.float32[128, 512] = tensor_scalar x.float32[128, 512], 2.0:float32, _ op=multiply
      vector %more = register_load n.int32[1]
    }";
    let counts = Counts {
        warp_runs: vec![vec![waves, turns]],
        lane_runs: vec![vec![waves, turns]],
        wave_runs: vec![vec![waves, turns]],
    };
    (program("trn2", waves, 1, declarations, wave), counts)
}

#[test]
fn turns_that_are_not_simulated_take_the_time_of_those_that_are() {
    let time = |turns: u64| {
        let (program, counts) = looping(4, 4 * turns);
        outcome(&program, &counts).end.as_ns()
    };
    let turn = (time(3) - time(2)) / 4.0;
    assert!(turn > 512.0 / 0.96);
    close("a thousand turns", time(1000), time(3) + 4.0 * 997.0 * turn, 0.01);
    assert!(time(0) < time(1));
}

#[test]
fn a_loop_that_turns_more_often_in_some_waves_takes_the_mean() {
    let time = |turns: u64| {
        let (program, counts) = looping(4, turns);
        outcome(&program, &counts).end.as_ns()
    };
    close("10 turns in 4 waves", time(10), (time(8) + time(12)) / 2.0, 1.0);
}

#[test]
fn streams_that_wait_for_each_other_are_a_defect_and_are_named() {
    let declarations = "  semaphore never";
    let wave = "    vector event_semaphore wait never>=1";
    let program = program("trn2", 1, 1, declarations, wave);
    let stuck = judge(&Device::default(), &program, &kernel(), &Counts::default()).unwrap_err();
    assert_eq!(stuck, Stuck(vec![(Engine::Vector, 0)]));
}
