//! Device management: one chip, as CUDA programs see it.
//!
//! Numbers come from [`sim_backend::device::Device`]. Limits that neither it nor the model knows (textures, pitches) are
//! those that CUDA documents for every compute capability from 7.5 to 12.1.

use crate::abi::{Call, FromC, Out, OutArray, Result};
use crate::driver_api::{ROWS, Status};
use crate::error::CUerror;
use crate::runtime::settings::Settings;
use crate::runtime::texture::LINEAR_WIDTH;
use crate::sys::{
    CUarray_format, CUdevice, CUdevice_P2PAttribute, CUdevice_attribute, CUdevprop, CUexecAffinityType, CUuuid,
};
use sim_backend::device::Device as Model;
use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

/// The device: there is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Device;

impl FromC<CUdevice> for Device {
    unsafe fn from_c(raw: CUdevice, _: &Call) -> Result<Self> {
        if (0..count_visible()).contains(&raw) { Ok(Device) } else { Err(CUerror::INVALID_DEVICE) }
    }
}

impl Device {
    /// As C knows it.
    pub const HANDLE: CUdevice = 0;

    /// PCI domain, bus and device: where Trn instances have their first chip.
    pub const PCI: (i32, i32, i32) = (0, 0, 0x1e);

    /// What the device is.
    pub fn model(self) -> &'static Model {
        &Settings::get().device
    }

    /// `AWS Trainium2 (Regauge)`: programs and their logs should be able to tell.
    pub fn name(self) -> String {
        let spec = self.model().spec.name;
        format!("AWS Trainium{} (Regauge)", spec.trim_start_matches("trn"))
    }

    /// An identifier that is the same in every process.
    pub fn uuid(self) -> [u8; 16] {
        let mut uuid = *b"regauge-trn0-000";
        uuid[8..12].copy_from_slice(self.model().spec.name.as_bytes());
        uuid
    }

    /// The identifier as `nvidia-smi` and `CUDA_VISIBLE_DEVICES` write it.
    pub fn uuid_text(self) -> String {
        let hex: String = self.uuid().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("GPU-{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// Bytes of device memory.
    pub fn memory(self) -> usize {
        self.model().memory().0 as usize
    }
}

/// How many devices `CUDA_VISIBLE_DEVICES` leaves.
pub fn count_visible() -> i32 {
    static COUNT: OnceLock<i32> = OnceLock::new();
    *COUNT.get_or_init(|| match std::env::var("CUDA_VISIBLE_DEVICES") {
        Ok(list) => i32::from(is_visible(&list, &Device.uuid_text())),
        Err(_) => 1,
    })
}

/// CUDA reads the list up to its first entry that is no device.
fn is_visible(list: &str, uuid: &str) -> bool {
    let first = list.split(',').next().unwrap_or_default().trim();
    first == "0" || (first.starts_with("GPU-") && uuid.starts_with(first))
}

/// `cuDeviceGet`
pub fn get(device: Out<'_, CUdevice>, ordinal: i32) -> Result {
    if !(0..count_visible()).contains(&ordinal) {
        return Err(CUerror::INVALID_DEVICE);
    }
    device.set(Device::HANDLE);
    Ok(())
}

/// `cuDeviceGetCount`
pub fn count(count: Out<'_, i32>) -> Result {
    count.set(count_visible());
    Ok(())
}

/// `cuDeviceGetName`
pub fn name(name: OutArray<'_, c_char>, len: i32, device: Device) -> Result {
    let len = usize::try_from(len).map_err(|_| CUerror::INVALID_VALUE)?;
    name.write_string(len, &device.name())
}

/// `cuDeviceGetUuid`
pub fn uuid(uuid: Out<'_, CUuuid>, device: Device) -> Result {
    uuid.set(CUuuid { bytes: device.uuid().map(|byte| byte as c_char) });
    Ok(())
}

/// `cuDeviceTotalMem_v2`
pub fn total_memory(bytes: Out<'_, usize>, device: Device) -> Result {
    bytes.set(device.memory());
    Ok(())
}

/// `cuDeviceTotalMem`, whose result has 32 bits
pub fn total_memory_32(bytes: Out<'_, u32>, device: Device) -> Result {
    bytes.set(u32::try_from(device.memory()).unwrap_or(u32::MAX));
    Ok(())
}

/// `cuDeviceComputeCapability`
pub fn compute_capability(major: Out<'_, i32>, minor: Out<'_, i32>, device: Device) -> Result {
    let capability = device.model().capability;
    major.set(capability.0 as i32);
    minor.set(capability.1 as i32);
    Ok(())
}

/// `cuDeviceGetPCIBusId`
pub fn pci_bus_id(text: OutArray<'_, c_char>, len: i32, _: Device) -> Result {
    let len = usize::try_from(len).map_err(|_| CUerror::INVALID_VALUE)?;
    let (domain, bus, device) = Device::PCI;
    text.write_string(len, &format!("{domain:04X}:{bus:02X}:{device:02X}.0"))
}

/// `cuDeviceGetByPCIBusId`: `domain:bus:device.function`, domain and function may be missing
pub fn by_pci_bus_id(device: Out<'_, CUdevice>, text: &CStr) -> Result {
    let wanted = parse_pci(text.to_str().unwrap_or_default()).ok_or(CUerror::INVALID_VALUE)?;
    if wanted != Device::PCI || count_visible() == 0 {
        return Err(CUerror::INVALID_DEVICE);
    }
    device.set(Device::HANDLE);
    Ok(())
}

fn parse_pci(text: &str) -> Option<(i32, i32, i32)> {
    let place = match text.split_once('.') {
        Some((place, function)) => i32::from_str_radix(function, 16).ok().map(|_| place)?,
        None => text,
    };
    let mut numbers = place.rsplit(':').map(|n| i32::from_str_radix(n, 16).ok());
    let (device, bus) = (numbers.next()??, numbers.next()??);
    let domain = numbers.next().unwrap_or(Some(0))?;
    numbers.next().is_none().then_some((domain, bus, device))
}

/// `cuDeviceCanAccessPeer`: a device is no peer of itself
pub fn can_access_peer(result: Out<'_, i32>, _: Device, _: Device) -> Result {
    result.set(0);
    Ok(())
}

/// `cuDeviceGetP2PAttribute` is about two different devices, and there is one.
pub fn p2p_attribute(_: Out<'_, i32>, _: CUdevice_P2PAttribute, _: Device, _: Device) -> Result {
    Err(CUerror::INVALID_DEVICE)
}

/// `cuDeviceGetExecAffinitySupport`: contexts cannot be bound to a part of the device.
pub fn exec_affinity_support(result: Out<'_, i32>, kind: CUexecAffinityType, _: Device) -> Result {
    if kind.0 >= CUexecAffinityType::CU_EXEC_AFFINITY_TYPE_MAX.0 {
        return Err(CUerror::INVALID_VALUE);
    }
    result.set(0);
    Ok(())
}

/// `cuDeviceGetTexture1DLinearMaxWidth`
pub fn texture_1d_linear_max_width(width: Out<'_, usize>, _: CUarray_format, channels: u32, _: Device) -> Result {
    if !matches!(channels, 1 | 2 | 4) {
        return Err(CUerror::INVALID_VALUE);
    }
    width.set(LINEAR_WIDTH as usize);
    Ok(())
}

/// `cuDeviceGetProperties`
pub fn properties(result: Out<'_, CUdevprop>, device: Device) -> Result {
    let value = |attribute| value(attribute, device.model()).unwrap_or_default();
    use CUdevice_attribute as A;
    result.set(CUdevprop {
        maxThreadsPerBlock: Model::MAX_THREADS_PER_BLOCK as i32,
        maxThreadsDim: Model::MAX_BLOCK.map(|n| n as i32),
        maxGridSize: Model::MAX_GRID.map(|n| n as i32),
        sharedMemPerBlock: value(A::CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
        totalConstantMemory: value(A::CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY),
        SIMDWidth: Model::WARP as i32,
        memPitch: value(A::CU_DEVICE_ATTRIBUTE_MAX_PITCH),
        regsPerBlock: value(A::CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK),
        clockRate: value(A::CU_DEVICE_ATTRIBUTE_CLOCK_RATE),
        textureAlign: value(A::CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT),
    });
    Ok(())
}

/// `cuDeviceGetAttribute`
pub fn attribute(result: Out<'_, i32>, attribute: CUdevice_attribute, device: Device) -> Result {
    result.set(value(attribute, device.model()).ok_or(CUerror::INVALID_VALUE)?);
    Ok(())
}

/// Whether the driver API offers a function: what an attribute promises must be there.
fn offers(function: &str) -> i32 {
    i32::from(ROWS.iter().any(|row| row.symbol.name == function && row.status == Status::Implemented))
}

/// The value of an attribute; nothing for a number that is none.
fn value(attribute: CUdevice_attribute, device: &Model) -> Option<i32> {
    use CUdevice_attribute as A;
    let limits = device.limits();
    let bytes = |bytes: sim_backend::units::Bytes| i32::try_from(bytes.0).unwrap_or(i32::MAX);
    let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    Some(match attribute {
        // What a kernel may be.
        A::CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK => count(Model::MAX_THREADS_PER_BLOCK),
        A::CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X => count(Model::MAX_BLOCK[0]),
        A::CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y => count(Model::MAX_BLOCK[1]),
        A::CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z => count(Model::MAX_BLOCK[2]),
        A::CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X => count(Model::MAX_GRID[0]),
        A::CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y => count(Model::MAX_GRID[1]),
        A::CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z => count(Model::MAX_GRID[2]),
        A::CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK => bytes(Model::SHARED_PER_BLOCK),
        A::CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
        | A::CU_DEVICE_ATTRIBUTE_MAX_OVERSIZED_SHARED_MEMORY_PER_BLOCK => bytes(limits.shared_per_block_optin),
        A::CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK => bytes(limits.shared_reserved),
        A::CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK | A::CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR => {
            count(Model::REGISTERS)
        }
        A::CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY => bytes(Model::CONSTANT),
        A::CU_DEVICE_ATTRIBUTE_WARP_SIZE => count(Model::WARP),
        A::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR => count(device.capability.0),
        A::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR => count(device.capability.1),

        // What the device is.
        A::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT | A::CU_DEVICE_ATTRIBUTE_LOCALITY_DOMAIN_MULTIPROCESSOR_COUNT => {
            count(device.multiprocessors())
        }
        A::CU_DEVICE_ATTRIBUTE_LOCALITY_DOMAIN_COUNT => 1,
        A::CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR => count(limits.threads),
        A::CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR => count(limits.blocks),
        A::CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR => bytes(limits.shared),
        A::CU_DEVICE_ATTRIBUTE_CLOCK_RATE => count(device.clock_khz()),
        A::CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE => count(device.memory_clock_khz()),
        A::CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH => count(device.memory_bus_bits()),
        A::CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE => bytes(device.on_chip_memory()),
        // 64-bit floating point is emulated in integers.
        A::CU_DEVICE_ATTRIBUTE_SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO => 64,
        A::CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID => Device::PCI.0,
        A::CU_DEVICE_ATTRIBUTE_PCI_BUS_ID => Device::PCI.1,
        A::CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID => Device::PCI.2,
        // Amazon's vendor number and the number of Trainium chips, device in the upper half.
        A::CU_DEVICE_ATTRIBUTE_GPU_PCI_DEVICE_ID => 0x7164_1d0f,
        A::CU_DEVICE_ATTRIBUTE_COMPUTE_MODE => 0,
        // Copies in both directions beside kernels.
        A::CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT => 2,
        A::CU_DEVICE_ATTRIBUTE_GPU_OVERLAP | A::CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS => 1,

        // One address space for host and device.
        A::CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING
        | A::CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY
        | A::CU_DEVICE_ATTRIBUTE_CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM
        | A::CU_DEVICE_ATTRIBUTE_UNIFIED_FUNCTION_POINTERS => 1,
        A::CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY
        | A::CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS
        | A::CU_DEVICE_ATTRIBUTE_DIRECT_MANAGED_MEM_ACCESS_FROM_HOST => offers("cuMemAllocManaged"),
        A::CU_DEVICE_ATTRIBUTE_HOST_REGISTER_SUPPORTED | A::CU_DEVICE_ATTRIBUTE_READ_ONLY_HOST_REGISTER_SUPPORTED => {
            offers("cuMemHostRegister_v2")
        }

        // What the driver API offers.
        A::CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH => offers("cuLaunchCooperativeKernel"),
        A::CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED => offers("cuStreamCreateWithPriority"),
        A::CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED => offers("cuMemAllocAsync"),
        A::CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED => offers("cuMemCreate"),
        A::CU_DEVICE_ATTRIBUTE_CAN_USE_STREAM_MEM_OPS_V1 => offers("cuStreamWaitValue32"),
        A::CU_DEVICE_ATTRIBUTE_CAN_USE_64_BIT_STREAM_MEM_OPS
        | A::CU_DEVICE_ATTRIBUTE_CAN_USE_64_BIT_STREAM_MEM_OPS_V1 => offers("cuStreamWaitValue64_v2"),
        A::CU_DEVICE_ATTRIBUTE_CAN_USE_STREAM_WAIT_VALUE_NOR
        | A::CU_DEVICE_ATTRIBUTE_CAN_USE_STREAM_WAIT_VALUE_NOR_V1 => offers("cuStreamWaitValue32_v2"),
        A::CU_DEVICE_ATTRIBUTE_TENSOR_MAP_ACCESS_SUPPORTED => offers("cuTensorMapEncodeTiled"),

        // Limits that CUDA documents for every compute capability.
        A::CU_DEVICE_ATTRIBUTE_MAX_PITCH => i32::MAX,
        A::CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT | A::CU_DEVICE_ATTRIBUTE_SURFACE_ALIGNMENT => 512,
        A::CU_DEVICE_ATTRIBUTE_TEXTURE_PITCH_ALIGNMENT => 32,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE1D_WIDTH | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_WIDTH => 131_072,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_HEIGHT => 65_536,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE3D_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE3D_HEIGHT
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE3D_DEPTH => 16_384,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE3D_WIDTH_ALTERNATE
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE3D_HEIGHT_ALTERNATE => 8192,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE3D_DEPTH_ALTERNATE => 32_768,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE1D_LAYERED_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_LAYERED_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_LAYERED_HEIGHT
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_GATHER_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_GATHER_HEIGHT
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURECUBEMAP_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURECUBEMAP_LAYERED_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_MIPMAPPED_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_MIPMAPPED_HEIGHT
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE1D_MIPMAPPED_WIDTH => 32_768,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE1D_LAYERED_LAYERS
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_LAYERED_LAYERS
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE1D_LAYERED_LAYERS
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE2D_LAYERED_LAYERS => 2048,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURECUBEMAP_LAYERED_LAYERS
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACECUBEMAP_LAYERED_LAYERS => 2046,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE1D_LINEAR_WIDTH => LINEAR_WIDTH as i32,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_LINEAR_WIDTH => 131_072,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_LINEAR_HEIGHT => 65_000,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_LINEAR_PITCH => 2_097_120,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE1D_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE1D_LAYERED_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE2D_LAYERED_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE2D_LAYERED_HEIGHT
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACECUBEMAP_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACECUBEMAP_LAYERED_WIDTH => 32_768,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE2D_WIDTH => 131_072,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE2D_HEIGHT => 65_536,
        A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE3D_WIDTH
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE3D_HEIGHT
        | A::CU_DEVICE_ATTRIBUTE_MAXIMUM_SURFACE3D_DEPTH => 16_384,
        A::CU_DEVICE_ATTRIBUTE_CAN_TEX2D_GATHER => offers("cuTexObjectCreate"),

        // No nodes of its own, and no decompression or memory domains.
        A::CU_DEVICE_ATTRIBUTE_NUMA_ID | A::CU_DEVICE_ATTRIBUTE_HOST_NUMA_ID => -1,
        A::CU_DEVICE_ATTRIBUTE_MEM_SYNC_DOMAIN_COUNT => 1,

        // Everything else is a feature that the model lacks, or is a number of something it has none of.
        A(number) if (1..A::CU_DEVICE_ATTRIBUTE_MAX.0).contains(&number) => 0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_visible_devices_counts_up_to_its_first_stranger() {
        let uuid = Device.uuid_text();
        assert!(is_visible("0", &uuid));
        assert!(is_visible("0,1", &uuid));
        assert!(is_visible(&uuid[..12], &uuid));
        assert!(!is_visible("", &uuid));
        assert!(!is_visible("-1", &uuid));
        assert!(!is_visible("1,0", &uuid));
        assert!(!is_visible("NoDevFiles", &uuid));
    }

    #[test]
    fn pci_places_read_with_and_without_domain_and_function() {
        assert_eq!(parse_pci("0000:00:1E.0"), Some(Device::PCI));
        assert_eq!(parse_pci("00:1e"), Some(Device::PCI));
        assert_eq!(parse_pci("1e"), None);
        assert_eq!(parse_pci("0:0:0:1e"), None);
        assert_eq!(parse_pci("x:y"), None);
    }

    #[test]
    fn every_attribute_has_a_value_and_other_numbers_have_none() {
        let device = Model::default();
        for number in 1..CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MAX.0 {
            assert!(value(CUdevice_attribute(number), &device).is_some());
        }
        assert_eq!(value(CUdevice_attribute(0), &device), None);
        assert_eq!(value(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MAX, &device), None);
    }

    #[test]
    fn the_default_device_reports_the_slice_that_is_documented() {
        let value = |attribute| value(attribute, &Model::default()).unwrap();
        use CUdevice_attribute as A;
        assert_eq!(value(A::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), 64);
        assert_eq!(value(A::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR), 12);
        assert_eq!(value(A::CU_DEVICE_ATTRIBUTE_WARP_SIZE), 32);
        assert_eq!(Device.uuid_text().len(), "GPU-".len() + 36);
    }
}
