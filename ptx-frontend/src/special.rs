//! The special registers (PTX ISA section "Special Registers").

crate::types::words! {
    /// A special register, spelled without the `%`. Vector registers appear by component.
    #[allow(missing_docs, reason = "the names are PTX's own")]
    SpecialRegister {
        TidX = "tid.x", TidY = "tid.y", TidZ = "tid.z",
        NtidX = "ntid.x", NtidY = "ntid.y", NtidZ = "ntid.z",
        CtaidX = "ctaid.x", CtaidY = "ctaid.y", CtaidZ = "ctaid.z",
        NctaidX = "nctaid.x", NctaidY = "nctaid.y", NctaidZ = "nctaid.z",
        LaneId = "laneid", WarpId = "warpid", NWarpId = "nwarpid", SmId = "smid", NSmId = "nsmid", GridId = "gridid",
        LanemaskEq = "lanemask_eq", LanemaskLe = "lanemask_le", LanemaskLt = "lanemask_lt",
        LanemaskGe = "lanemask_ge", LanemaskGt = "lanemask_gt",
        Clock = "clock", ClockHi = "clock_hi", Clock64 = "clock64",
        GlobalTimer = "globaltimer", GlobalTimerLo = "globaltimer_lo", GlobalTimerHi = "globaltimer_hi",
        DynamicSmemSize = "dynamic_smem_size", TotalSmemSize = "total_smem_size", AggrSmemSize = "aggr_smem_size",
        ReservedSmemOffsetBegin = "reserved_smem_offset_begin", ReservedSmemOffsetEnd = "reserved_smem_offset_end",
        ReservedSmemOffsetCap = "reserved_smem_offset_cap", ReservedSmemOffset0 = "reserved_smem_offset_0",
        ReservedSmemOffset1 = "reserved_smem_offset_1",
        IsExplicitCluster = "is_explicit_cluster",
        ClusterIdX = "clusterid.x", ClusterIdY = "clusterid.y", ClusterIdZ = "clusterid.z",
        NClusterIdX = "nclusterid.x", NClusterIdY = "nclusterid.y", NClusterIdZ = "nclusterid.z",
        ClusterCtaIdX = "cluster_ctaid.x", ClusterCtaIdY = "cluster_ctaid.y", ClusterCtaIdZ = "cluster_ctaid.z",
        ClusterNCtaIdX = "cluster_nctaid.x", ClusterNCtaIdY = "cluster_nctaid.y", ClusterNCtaIdZ = "cluster_nctaid.z",
        ClusterCtaRank = "cluster_ctarank", ClusterNCtaRank = "cluster_nctarank",
        Pm0 = "pm0", Pm1 = "pm1", Pm2 = "pm2", Pm3 = "pm3", Pm4 = "pm4", Pm5 = "pm5", Pm6 = "pm6", Pm7 = "pm7",
        Pm0By64 = "pm0_64", Pm1By64 = "pm1_64", Pm2By64 = "pm2_64", Pm3By64 = "pm3_64",
        Pm4By64 = "pm4_64", Pm5By64 = "pm5_64", Pm6By64 = "pm6_64", Pm7By64 = "pm7_64",
        EnvReg0 = "envreg0", EnvReg1 = "envreg1", EnvReg2 = "envreg2", EnvReg3 = "envreg3", EnvReg4 = "envreg4",
        EnvReg5 = "envreg5", EnvReg6 = "envreg6", EnvReg7 = "envreg7", EnvReg8 = "envreg8", EnvReg9 = "envreg9",
        EnvReg10 = "envreg10", EnvReg11 = "envreg11", EnvReg12 = "envreg12", EnvReg13 = "envreg13", EnvReg14 = "envreg14",
        EnvReg15 = "envreg15", EnvReg16 = "envreg16", EnvReg17 = "envreg17", EnvReg18 = "envreg18", EnvReg19 = "envreg19",
        EnvReg20 = "envreg20", EnvReg21 = "envreg21", EnvReg22 = "envreg22", EnvReg23 = "envreg23", EnvReg24 = "envreg24",
        EnvReg25 = "envreg25", EnvReg26 = "envreg26", EnvReg27 = "envreg27", EnvReg28 = "envreg28", EnvReg29 = "envreg29",
        EnvReg30 = "envreg30", EnvReg31 = "envreg31",
        CurrentGraphExec = "current_graph_exec", LocalityDomainId = "locality_domain_id",
    }
}

impl SpecialRegister {
    /// Width in bits of the register.
    pub const fn bits(self) -> u32 {
        match self {
            Self::Clock64 | Self::GlobalTimer | Self::GridId | Self::CurrentGraphExec => 64,
            Self::Pm0By64
            | Self::Pm1By64
            | Self::Pm2By64
            | Self::Pm3By64
            | Self::Pm4By64
            | Self::Pm5By64
            | Self::Pm6By64
            | Self::Pm7By64 => 64,
            Self::IsExplicitCluster => 1,
            _ => 32,
        }
    }

    /// Whether it counts on its own: two reads in a row may differ.
    pub fn counts(self) -> bool {
        use SpecialRegister::*;
        let is_clock = matches!(self, Clock | ClockHi | Clock64 | GlobalTimer | GlobalTimerLo | GlobalTimerHi);
        // Performance monitors, of 32 and of 64 bits.
        is_clock || self.as_str().starts_with("pm")
    }
}

#[cfg(test)]
mod tests {
    use super::SpecialRegister;

    #[test]
    fn clocks_and_performance_monitors_count() {
        for name in ["clock", "clock_hi", "clock64", "globaltimer", "globaltimer_lo", "globaltimer_hi", "pm0", "pm7_64"]
        {
            assert!(SpecialRegister::from_str(name).unwrap().counts(), "{name}");
        }
        assert_eq!(SpecialRegister::ALL.iter().filter(|register| register.counts()).count(), 6 + 2 * 8);
    }
}
