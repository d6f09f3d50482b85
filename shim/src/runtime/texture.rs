//! Textures and surfaces: objects that programs make, references that modules declare, and how a launch finds both.
//!
//! Kernels know an object by its handle and a reference by the address of its variable. Objects are looked up while a
//! kernel runs, also those that were destroyed after it was launched: programs like ffmpeg destroy a texture as soon as
//! they have launched what reads it. What references are bound to is taken at the launch, as CUDA has it.

use super::array::{Array, Mipmapped, format_of};
use super::context::{Context, lock};
use super::device::device;
use crate::abi::Result;
use crate::error::CUerror;
use crate::handle::{Object as Handled, Registry};
use crate::report;
use crate::sys::*;
use sim_backend::services::Images;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::c_void;
use std::sync::{Arc, Mutex, Weak};
use translator::texture::{AddressMode, Channel, Format, Image, Level, Object, Sampler};

/// What a texture or surface is made over, as the program named it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resource {
    /// An array, by its handle.
    Array(usize),
    /// A mipmapped array, by its handle.
    Mipmapped(usize),
    /// Consecutive device memory.
    Linear {
        /// First byte.
        address: u64,
        /// Type of a component.
        format: CUarray_format,
        /// Components of a texel.
        channels: u32,
        /// Bytes.
        bytes: usize,
    },
    /// Rows of device memory.
    Pitched {
        /// First byte.
        address: u64,
        /// Type of a component.
        format: CUarray_format,
        /// Components of a texel.
        channels: u32,
        /// Texels of a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Bytes from one row to the next.
        pitch: usize,
    },
}

/// `CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT`
pub const ALIGNMENT: u64 = 512;
/// `CU_DEVICE_ATTRIBUTE_TEXTURE_PITCH_ALIGNMENT`
const PITCH_ALIGNMENT: usize = 32;
/// `CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE1D_LINEAR_WIDTH`
pub const LINEAR_WIDTH: u64 = 1 << 28;
/// `CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE2D_LINEAR_*`: width, height, pitch.
const PITCHED_MOST: [usize; 3] = [131_072, 65_000, 2_097_120];

impl Resource {
    /// The texels that it names now.
    pub fn image(&self) -> Result<Image> {
        let memory = |address: u64, bytes: u64| {
            if !address.is_multiple_of(ALIGNMENT) {
                return Err(CUerror::INVALID_VALUE);
            }
            device()?.allocations.find_whole(address, bytes).ok_or(CUerror::INVALID_VALUE)
        };
        let plain = |format, dimensions, is_linear, level| Image {
            format,
            dimensions,
            is_layered: false,
            is_cube: false,
            is_linear,
            layers: 1,
            levels: vec![level],
        };
        match *self {
            Resource::Array(handle) => Ok(Array::registry().get(handle as CUarray)?.image.clone()),
            Resource::Mipmapped(handle) => Ok(Mipmapped::registry().get(handle as CUmipmappedArray)?.image.clone()),
            Resource::Linear { address, format, channels, bytes } => {
                let format = format_of(format, channels)?;
                let width = bytes as u64 / u64::from(format.bytes());
                if width == 0 || width > LINEAR_WIDTH {
                    return Err(CUerror::INVALID_VALUE);
                }
                memory(address, bytes as u64)?;
                let (row_pitch, size) = (bytes as u64, [width as u32, 1, 1]);
                Ok(plain(format, 1, true, Level { address, size, row_pitch, slice_pitch: row_pitch }))
            }
            Resource::Pitched { address, format, channels, width, height, pitch } => {
                let format = format_of(format, channels)?;
                let row = width.checked_mul(format.bytes() as usize).ok_or(CUerror::INVALID_VALUE)?;
                let fits = [width, height, pitch].iter().zip(PITCHED_MOST).all(|(&n, most)| n > 0 && n <= most);
                if !fits || row > pitch || !pitch.is_multiple_of(PITCH_ALIGNMENT) {
                    return Err(CUerror::INVALID_VALUE);
                }
                memory(address, (pitch * (height - 1) + row) as u64)?;
                let (row_pitch, size) = (pitch as u64, [width as u32, height as u32, 1]);
                let slice_pitch = row_pitch * height as u64;
                Ok(plain(format, 2, false, Level { address, size, row_pitch, slice_pitch }))
            }
        }
    }

    /// Whether it is an array of some kind.
    pub fn is_array(&self) -> bool {
        matches!(self, Resource::Array(_) | Resource::Mipmapped(_))
    }
}

/// The sampler that a texture descriptor describes.
pub fn sampler_of(wanted: &CUDA_TEXTURE_DESC) -> Result<Sampler> {
    const KNOWN: u32 = CU_TRSF_READ_AS_INTEGER
        | CU_TRSF_NORMALIZED_COORDINATES
        | CU_TRSF_SRGB
        | CU_TRSF_DISABLE_TRILINEAR_OPTIMIZATION
        | CU_TRSF_SEAMLESS_CUBEMAP;
    if wanted.flags & !KNOWN != 0 || wanted.maxAnisotropy > 16 {
        return Err(CUerror::INVALID_VALUE);
    }
    let has = |flag| wanted.flags & flag != 0;
    let [x, y, z] = wanted.addressMode;
    Ok(Sampler {
        address: [mode_of(x)?, mode_of(y)?, mode_of(z)?],
        is_linear: is_linear(wanted.filterMode)?,
        mixes_levels: is_linear(wanted.mipmapFilterMode)?,
        is_normalized: has(CU_TRSF_NORMALIZED_COORDINATES),
        force_unnormalized: false,
        reads_integers: has(CU_TRSF_READ_AS_INTEGER),
        is_srgb: has(CU_TRSF_SRGB),
        is_seamless: has(CU_TRSF_SEAMLESS_CUBEMAP),
        anisotropy: wanted.maxAnisotropy,
        bias: wanted.mipmapLevelBias,
        levels: [wanted.minMipmapLevelClamp, wanted.maxMipmapLevelClamp],
        border: wanted.borderColor,
    })
}

/// CUDA's address modes.
pub fn mode_of(mode: CUaddress_mode) -> Result<AddressMode> {
    match mode {
        CUaddress_mode::CU_TR_ADDRESS_MODE_WRAP => Ok(AddressMode::Wrap),
        CUaddress_mode::CU_TR_ADDRESS_MODE_CLAMP => Ok(AddressMode::Clamp),
        CUaddress_mode::CU_TR_ADDRESS_MODE_MIRROR => Ok(AddressMode::Mirror),
        CUaddress_mode::CU_TR_ADDRESS_MODE_BORDER => Ok(AddressMode::Border),
        _ => Err(CUerror::INVALID_VALUE),
    }
}

/// CUDA's filter modes.
pub fn is_linear(mode: CUfilter_mode) -> Result<bool> {
    match mode {
        CUfilter_mode::CU_TR_FILTER_MODE_POINT => Ok(false),
        CUfilter_mode::CU_TR_FILTER_MODE_LINEAR => Ok(true),
        _ => Err(CUerror::INVALID_VALUE),
    }
}

/// An array's texels as a view shows them: other levels, other layers, another type of the same size.
pub fn viewed(mut image: Image, view: &CUDA_RESOURCE_VIEW_DESC) -> Result<Image> {
    const CHANNELS: [Channel; 8] = [
        Channel::Unsigned8,
        Channel::Signed8,
        Channel::Unsigned16,
        Channel::Signed16,
        Channel::Unsigned32,
        Channel::Signed32,
        Channel::Half,
        Channel::Float,
    ];
    let number = view.format.0;
    let format = match number {
        // Three entries each: of 1, 2 and 4 components.
        1..=24 => Format { channel: CHANNELS[(number as usize - 1) / 3], count: [1, 2, 4][(number as usize - 1) % 3] },
        0 => image.format,
        25..=34 => return Err(report::unsupported("views of compressed blocks")),
        _ => return Err(CUerror::INVALID_VALUE),
    };
    let [width, height, _] = image.levels[0].size;
    let is_whole = view.width == width as usize && (image.dimensions == 1 || view.height == height as usize);
    if format.bytes() != image.format.bytes() || !is_whole {
        return Err(CUerror::INVALID_VALUE);
    }
    let levels = view.firstMipmapLevel as usize..=view.lastMipmapLevel as usize;
    image.levels = image.levels.get(levels).filter(|levels| !levels.is_empty()).ok_or(CUerror::INVALID_VALUE)?.to_vec();
    image.format = format;
    if image.is_layered {
        let (first, last) = (view.firstLayer, view.lastLayer);
        if first > last || last >= image.layers {
            return Err(CUerror::INVALID_VALUE);
        }
        image.layers = last - first + 1;
        image.levels.iter_mut().for_each(|level| level.address += u64::from(first) * level.slice_pitch);
    }
    Ok(image)
}

/// `CUtexObject`
pub struct Texture {
    context: u64,
    /// What it was made over.
    pub resource: Resource,
    /// How it is read.
    pub description: CUDA_TEXTURE_DESC,
    /// The view of its texels, if it has one.
    pub view: Option<CUDA_RESOURCE_VIEW_DESC>,
    object: Arc<Object>,
}

/// `CUsurfObject`
pub struct Surface {
    context: u64,
    /// What it was made over.
    pub resource: Resource,
    object: Arc<Object>,
}

impl Handled for Texture {
    type Raw = c_void;
    const INVALID: CUerror = CUerror::INVALID_VALUE;
    fn registry() -> &'static Registry<Self> {
        static TEXTURES: Registry<Texture> = Registry::new();
        &TEXTURES
    }
}

impl Handled for Surface {
    type Raw = c_void;
    const INVALID: CUerror = CUerror::INVALID_VALUE;
    fn registry() -> &'static Registry<Self> {
        static SURFACES: Registry<Surface> = Registry::new();
        &SURFACES
    }
}

impl Texture {
    /// Makes a texture object.
    pub fn create(
        context: &Context,
        resource: Resource,
        description: CUDA_TEXTURE_DESC,
        view: Option<CUDA_RESOURCE_VIEW_DESC>,
    ) -> Result<u64> {
        let mut image = resource.image()?;
        if let Some(view) = &view {
            if !resource.is_array() {
                return Err(CUerror::INVALID_VALUE);
            }
            image = viewed(image, view)?;
        }
        let object = Arc::new(Object::Texture(Some(image), sampler_of(&description)?));
        let texture = Texture { context: context.number(), resource, description, view, object };
        Ok(Texture::registry().insert(Arc::new(texture)).handle() as u64)
    }
}

/// Ends a texture object; launches from before still find it.
pub fn destroy_texture(handle: u64) -> Result {
    let raw = handle as *mut c_void;
    let texture = Texture::registry().get(raw)?;
    // First kept, then removed: a kernel may look at any time.
    keep_for_flights(handle, texture.context, &texture.object);
    Texture::registry().remove(raw).map(drop)
}

/// Ends a surface object; launches from before still find it.
pub fn destroy_surface(handle: u64) -> Result {
    let raw = handle as *mut c_void;
    let surface = Surface::registry().get(raw)?;
    keep_for_flights(handle, surface.context, &surface.object);
    Surface::registry().remove(raw).map(drop)
}

/// The surface over an array, which must have been made for surfaces.
pub fn surface_of(resource: Resource) -> Result<Object> {
    let Resource::Array(handle) = resource else { return Err(CUerror::INVALID_VALUE) };
    let array = Array::registry().get(handle as CUarray)?;
    if array.shape.flags & CUDA_ARRAY3D_SURFACE_LDST == 0 {
        return Err(CUerror::INVALID_VALUE);
    }
    Ok(Object::Surface(Some(array.image.clone())))
}

impl Surface {
    /// Makes a surface object.
    pub fn create(context: &Context, resource: Resource) -> Result<u64> {
        let object = Arc::new(surface_of(resource)?);
        let surface = Surface { context: context.number(), resource, object };
        Ok(Surface::registry().insert(Arc::new(surface)).handle() as u64)
    }
}

/// What the references of a context are bound to, by the address of their variable.
#[derive(Default)]
pub struct References(Mutex<Arc<Bound>>);

/// References as they were at some time.
pub type Bound = HashMap<u64, Arc<Object>>;

impl References {
    /// As they are now.
    pub fn now(&self) -> Arc<Bound> {
        lock(&self.0).clone()
    }

    /// Binds one, or with `None` forgets it.
    pub fn set(&self, address: u64, object: Option<Arc<Object>>) {
        let mut bound = lock(&self.0);
        // Launches in flight keep what they have taken.
        let bound = Arc::make_mut(&mut bound);
        match object {
            Some(object) => bound.insert(address, object),
            None => bound.remove(&address),
        };
    }
}

/// An object that is destroyed, as launches from before still find it.
struct Past {
    context: u64,
    object: Arc<Object>,
    /// Number of the first operation for which it is gone.
    gone_for: u64,
}

/// Operations that are not done, by number, and what was destroyed meanwhile, by handle.
struct Flights {
    next: u64,
    open: BTreeSet<u64>,
    past: BTreeMap<u64, Past>,
}

static FLIGHTS: Mutex<Flights> = Mutex::new(Flights { next: 0, open: BTreeSet::new(), past: BTreeMap::new() });

/// An operation of a stream, from when it is asked for until it is done.
pub struct Flight(u64);

impl Flight {
    /// The next one.
    pub fn begin() -> Flight {
        let mut flights = lock(&FLIGHTS);
        let number = flights.next;
        flights.next += 1;
        flights.open.insert(number);
        Flight(number)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut flights = lock(&FLIGHTS);
        flights.open.remove(&self.0);
        if !flights.past.is_empty() {
            let oldest = flights.open.first().copied();
            flights.past.retain(|_, past| oldest.is_some_and(|oldest| oldest < past.gone_for));
        }
    }
}

/// Keeps a destroyed object for the launches that are not done.
fn keep_for_flights(handle: u64, context: u64, object: &Arc<Object>) {
    let mut flights = lock(&FLIGHTS);
    if !flights.open.is_empty() {
        let past = Past { context, object: object.clone(), gone_for: flights.next };
        flights.past.insert(handle, past);
    }
}

/// Where the kernels of a launch find textures and surfaces.
pub struct Found<'a> {
    /// Number of the context.
    pub context: u64,
    /// References as they were when it was launched.
    pub references: Arc<Bound>,
    /// The launch, or that of the graph it is in.
    pub flight: &'a Flight,
}

impl Images for Found<'_> {
    fn find(&self, handle: u64) -> Option<Arc<Object>> {
        if let Some(object) = self.references.get(&handle) {
            return Some(object.clone());
        }
        let raw = handle as *mut c_void;
        if let Ok(texture) = Texture::registry().get(raw) {
            return (texture.context == self.context).then(|| texture.object.clone());
        }
        if let Ok(surface) = Surface::registry().get(raw) {
            return (surface.context == self.context).then(|| surface.object.clone());
        }
        if let Some(past) = lock(&FLIGHTS).past.get(&handle) {
            return (past.context == self.context && self.flight.0 < past.gone_for).then(|| past.object.clone());
        }
        // A parameter of a kernel may be a reference that no variable stands for.
        let reference = TextureReference::registry().get(handle as CUtexref).ok()?;
        Some(Arc::new(lock(&reference.state).object()))
    }
}

/// Ends all objects of a context.
pub fn end_all_of(context: u64) {
    Texture::registry().remove_where(|texture| texture.context == context);
    Surface::registry().remove_where(|surface| surface.context == context);
}

/// `CUtexref`: a variable of a module, or one that the program made.
pub struct TextureReference {
    /// Where its variable is; none of a free one.
    variable: Option<(Weak<Context>, u64)>,
    state: Mutex<State>,
}

/// `CUsurfref`
pub struct SurfaceReference {
    variable: (Weak<Context>, u64),
    bound: Mutex<Option<usize>>,
}

/// What a texture reference is set to.
#[derive(Clone)]
pub struct State {
    /// What it reads.
    pub resource: Option<Resource>,
    /// The format for memory that it is bound to.
    pub format: (CUarray_format, u32),
    /// `CU_TRSF_*`
    pub flags: u32,
    /// How it is read.
    pub sampler: Sampler,
}

impl Handled for TextureReference {
    type Raw = CUtexref_st;
    const INVALID: CUerror = CUerror::INVALID_VALUE;
    fn registry() -> &'static Registry<Self> {
        static REFERENCES: Registry<TextureReference> = Registry::new();
        &REFERENCES
    }
}

impl Handled for SurfaceReference {
    type Raw = CUsurfref_st;
    const INVALID: CUerror = CUerror::INVALID_VALUE;
    fn registry() -> &'static Registry<Self> {
        static REFERENCES: Registry<SurfaceReference> = Registry::new();
        &REFERENCES
    }
}

impl State {
    fn object(&self) -> Object {
        // What became invalid since it was bound reads as bound to nothing, and is named so.
        let image = self.resource.and_then(|resource| resource.image().ok());
        let has = |flag| self.flags & flag != 0;
        let sampler = Sampler {
            is_normalized: has(CU_TRSF_NORMALIZED_COORDINATES),
            reads_integers: has(CU_TRSF_READ_AS_INTEGER),
            is_srgb: has(CU_TRSF_SRGB),
            ..self.sampler.clone()
        };
        Object::Texture(image, sampler)
    }
}

impl TextureReference {
    /// One with the sampler that its declaration gives.
    pub fn new(variable: Option<(Weak<Context>, u64)>, sampler: Sampler) -> Self {
        let flags = if sampler.is_normalized { CU_TRSF_NORMALIZED_COORDINATES } else { 0 };
        let format = (CUarray_format::CU_AD_FORMAT_FLOAT, 1);
        TextureReference { variable, state: Mutex::new(State { resource: None, format, flags, sampler }) }
    }

    /// How it is set.
    pub fn state(&self) -> State {
        lock(&self.state).clone()
    }

    /// Changes it; later launches see the change.
    pub fn change(&self, change: impl FnOnce(&mut State) -> Result) -> Result {
        let mut state = lock(&self.state);
        let mut changed = state.clone();
        change(&mut changed)?;
        *state = changed;
        self.publish(&state);
        Ok(())
    }

    fn publish(&self, state: &State) {
        if let Some((context, address)) = &self.variable
            && let Some(context) = context.upgrade()
        {
            context.references.set(*address, Some(Arc::new(state.object())));
        }
    }

    /// Lets kernels know of it.
    pub fn announce(&self) {
        self.publish(&lock(&self.state));
    }
}

impl SurfaceReference {
    /// An unbound one.
    pub fn new(context: Weak<Context>, address: u64) -> Self {
        SurfaceReference { variable: (context, address), bound: Mutex::default() }
    }

    /// Binds it to an array.
    pub fn bind(&self, array: CUarray) -> Result {
        let object = surface_of(Resource::Array(array as usize))?;
        *lock(&self.bound) = Some(array as usize);
        self.publish(object);
        Ok(())
    }

    /// The array it is bound to.
    pub fn array(&self) -> Option<CUarray> {
        lock(&self.bound).map(|array| array as CUarray)
    }

    fn publish(&self, object: Object) {
        if let Some(context) = self.variable.0.upgrade() {
            context.references.set(self.variable.1, Some(Arc::new(object)));
        }
    }

    /// Lets kernels know of it.
    pub fn announce(&self) {
        self.publish(Object::Surface(None));
    }
}
