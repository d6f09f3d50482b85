//! Special registers of one lane.

use super::cluster::Machine;
use super::outside::position;
use super::warp::Context;
use ptx_frontend::special::SpecialRegister;

/// Rate of `%clock` against `%globaltimer`: one cycle is one nanosecond.
const CYCLES_PER_NANOSECOND: u64 = 1;

/// The register's bits. `warp` is the warp's number in its CTA, `tid` the lane's `%tid`.
pub(super) fn read<M, S>(
    register: SpecialRegister,
    machine: &Machine<'_, M, S>,
    context: &Context<'_>,
    warp: u32,
    lane: u32,
    tid: [u32; 3],
) -> u64 {
    use SpecialRegister::*;
    let grid = machine.grid;
    let now = || grid.start_nanoseconds + *context.clock / CYCLES_PER_NANOSECOND;
    let clusters = || [0, 1, 2].map(|i| grid.grid[i] / grid.cluster[i]);
    let in_cluster = || position(u64::from(context.rank), grid.cluster);
    let below = (1u32 << lane) - 1;
    let own = 1u32 << lane;
    let shared = || machine.prepared.shared_bytes(grid.dynamic_shared);
    let narrow = match register {
        TidX => tid[0],
        TidY => tid[1],
        TidZ => tid[2],
        NtidX => grid.block[0],
        NtidY => grid.block[1],
        NtidZ => grid.block[2],
        CtaidX => context.ctaid[0],
        CtaidY => context.ctaid[1],
        CtaidZ => context.ctaid[2],
        NctaidX => grid.grid[0],
        NctaidY => grid.grid[1],
        NctaidZ => grid.grid[2],
        LaneId => lane,
        WarpId => warp,
        NWarpId => grid.threads().div_ceil(32),
        SmId => (grid.number(context.ctaid) % u64::from(grid.multiprocessors.max(1))) as u32,
        NSmId => grid.multiprocessors.max(1),
        GridId => return grid.id,
        LanemaskEq => own,
        LanemaskLt => below,
        LanemaskLe => below | own,
        LanemaskGe => !below,
        LanemaskGt => !below & !own,
        Clock => *context.clock as u32,
        ClockHi => (*context.clock >> 32) as u32,
        Clock64 => return *context.clock,
        GlobalTimer => return now(),
        GlobalTimerLo => now() as u32,
        GlobalTimerHi => (now() >> 32) as u32,
        DynamicSmemSize => grid.dynamic_shared,
        TotalSmemSize | AggrSmemSize => shared(),
        // Nothing is reserved: shared memory starts at offset 0.
        ReservedSmemOffsetBegin
        | ReservedSmemOffsetEnd
        | ReservedSmemOffsetCap
        | ReservedSmemOffset0
        | ReservedSmemOffset1 => 0,
        IsExplicitCluster => u32::from(grid.cluster != [1, 1, 1]),
        ClusterIdX => context.ctaid[0] / grid.cluster[0],
        ClusterIdY => context.ctaid[1] / grid.cluster[1],
        ClusterIdZ => context.ctaid[2] / grid.cluster[2],
        NClusterIdX => clusters()[0],
        NClusterIdY => clusters()[1],
        NClusterIdZ => clusters()[2],
        ClusterCtaIdX => in_cluster()[0],
        ClusterCtaIdY => in_cluster()[1],
        ClusterCtaIdZ => in_cluster()[2],
        ClusterNCtaIdX => grid.cluster[0],
        ClusterNCtaIdY => grid.cluster[1],
        ClusterNCtaIdZ => grid.cluster[2],
        ClusterCtaRank => context.rank,
        ClusterNCtaRank => grid.cluster_ctas(),
        // Performance counters count nothing here.
        Pm0 | Pm1 | Pm2 | Pm3 | Pm4 | Pm5 | Pm6 | Pm7 | Pm0By64 | Pm1By64 | Pm2By64 | Pm3By64 | Pm4By64 | Pm5By64
        | Pm6By64 | Pm7By64 => 0,
        EnvReg1 => (grid.workspace >> 32) as u32,
        EnvReg2 => grid.workspace as u32,
        // No driver says anything in the others.
        EnvReg0 | EnvReg3 | EnvReg4 | EnvReg5 | EnvReg6 | EnvReg7 | EnvReg8 | EnvReg9 | EnvReg10 | EnvReg11
        | EnvReg12 | EnvReg13 | EnvReg14 | EnvReg15 | EnvReg16 | EnvReg17 | EnvReg18 | EnvReg19 | EnvReg20
        | EnvReg21 | EnvReg22 | EnvReg23 | EnvReg24 | EnvReg25 | EnvReg26 | EnvReg27 | EnvReg28 | EnvReg29
        | EnvReg30 | EnvReg31 => 0,
        // The memory of the device is one.
        LocalityDomainId => 0,
        CurrentGraphExec => return 0,
    };
    u64::from(narrow)
}
