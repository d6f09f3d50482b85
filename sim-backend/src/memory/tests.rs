use super::*;
use translator::tile::eval::GlobalMemory;

fn memory() -> Memory {
    Memory::new(1 << 30).expect("a gigabyte of address space")
}

#[test]
fn written_bytes_are_read_back() {
    let m = memory();
    let p = m.allocate(100, 256, Kind::Device).unwrap();
    m.write(p + 10, &[1, 2, 3]).unwrap();
    let mut back = [0; 3];
    m.read(p + 10, &mut back).unwrap();
    assert_eq!(back, [1, 2, 3]);
}

#[test]
fn bounds_are_exact_to_the_byte() {
    let m = memory();
    let p = m.allocate(100, 256, Kind::Device).unwrap();
    let mut c = m.cursor();
    assert_eq!(c.load(p + 99, 1), Some(0));
    assert_eq!(c.load(p + 100, 1), None);
    assert_eq!(c.load(p + 96, 8), None);
    assert_eq!(c.store(p.wrapping_sub(8), 8, 1), None);
    assert_eq!(c.load(0, 4), None);
    assert_eq!(c.load(u64::MAX - 3, 4), None);
}

#[test]
fn freed_memory_faults_even_where_a_cursor_knew_it() {
    let m = memory();
    let p = m.allocate(1 << 20, 256, Kind::Device).unwrap();
    let mut c = m.cursor();
    assert!(c.store(p, 4, 7).is_some());
    m.free(p).unwrap();
    assert_eq!(c.load(p, 4), None);
    assert_eq!(m.free(p), Err(MemoryError::NotAllocated(p)));
    assert!(m.nearest(p + 5).contains("5 bytes into device buffer #1 of 1048576 bytes"));
    assert!(m.nearest(p + 5).ends_with("which was freed"));
}

#[test]
fn a_fault_message_names_the_nearest_allocation() {
    let m = memory();
    let p = m.allocate(4096, 256, Kind::Device).unwrap();
    assert_eq!(m.nearest(p + 4096 + 16), format!("16 bytes past device buffer #1 of 4096 bytes at {p:#x}"));
}

#[test]
fn freed_space_is_used_again() {
    let m = memory();
    let all: Vec<u64> = (0..8).map(|_| m.allocate(100 << 20, 256, Kind::Device).unwrap()).collect();
    assert_eq!(m.allocate(512 << 20, 256, Kind::Device), Err(MemoryError::OutOfMemory(512 << 20)));
    for p in all {
        m.free(p).unwrap();
    }
    assert_eq!(m.used(), 0);
    assert!(m.allocate(900 << 20, 256, Kind::Device).is_ok());
}

#[test]
fn registered_host_memory_is_device_memory_until_it_is_unregistered() {
    let m = memory();
    let mut own = vec![1u32, 2, 3];
    let at = own.as_mut_ptr().expose_provenance() as u64;
    m.register(at, 12).unwrap();
    assert_eq!(m.register(at + 4, 4), Err(MemoryError::AlreadyRegistered(at + 4)));
    let mut c = m.cursor();
    assert_eq!(c.load(at + 4, 4), Some(2));
    c.store(at + 8, 4, 9).unwrap();
    m.unregister(at).unwrap();
    assert_eq!(c.load(at, 4), None);
    assert_eq!(own[2], 9);
}

#[test]
fn atomics_of_two_workers_lose_nothing() {
    let m = memory();
    let p = m.allocate(64, 256, Kind::Device).unwrap();
    m.fill(p, Pattern::U8(0), 64).unwrap();
    std::thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| {
                let mut c = m.cursor();
                for _ in 0..10_000 {
                    for (offset, bytes) in [(0, 2), (8, 4), (16, 8)] {
                        c.update(p + offset, bytes, |old| Some(old + 1)).unwrap();
                    }
                    c.update_pair(p + 32, |[l, h]| Some([l + 1, h + 2])).unwrap();
                }
            });
        }
    });
    let mut c = m.cursor();
    assert_eq!([c.load(p, 2), c.load(p + 8, 4), c.load(p + 16, 8)], [Some(20_000); 3]);
    assert_eq!([c.load(p + 32, 8), c.load(p + 40, 8)], [Some(20_000), Some(40_000)]);
}

#[test]
fn fills_and_copies_stay_inside() {
    let m = memory();
    let p = m.allocate(16, 256, Kind::Managed).unwrap();
    m.fill(p, Pattern::U16(0xabcd), 8).unwrap();
    m.copy(p + 1, p, 15).unwrap();
    let mut back = [0; 16];
    m.read(p, &mut back).unwrap();
    assert_eq!(back[..5], [0xcd, 0xcd, 0xab, 0xcd, 0xab]);
    assert!(m.fill(p, Pattern::U32(1), 5).is_err());
    assert!(m.copy(p, p + 8, 9).is_err());
}

#[test]
fn asking_for_more_than_there_is_is_an_error() {
    let m = memory();
    assert_eq!(m.allocate(u64::MAX, 256, Kind::Device), Err(MemoryError::OutOfMemory(u64::MAX)));
    assert!(m.allocate(2 << 30, 256, Kind::Device).is_err());
}
