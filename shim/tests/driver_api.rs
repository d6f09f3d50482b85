//! `docs/driver-api.md` is made from the table of the driver API.
//!
//! `UPDATE=1 cargo test -p shim --test driver_api` writes it anew.

use cuda::driver_api::{ROWS, Row, Status};
use cuda::export_table::TABLES;
use std::collections::HashSet;
use std::fmt::Write;
use std::path::Path;

fn page() -> String {
    let count = |is: fn(&Status) -> bool| ROWS.iter().filter(|row| is(&row.status)).count();
    let symbols = ROWS.iter().map(|row| 1 + usize::from(row.per_thread.is_some())).sum::<usize>();
    let mut page = format!(
        "# The CUDA driver API in Regauge\n\n\
         Generated from `shim/src/driver_api.rs` (`UPDATE=1 cargo test -p shim --test driver_api`).\n\n\
         `libcuda.so.1` exports {symbols} symbols: {} functions, and variants of them for threads with default streams \
         of their own (`_ptsz`, `_ptds`), which share their row.\n\n\
         | state | functions | meaning |\n| --- | ---: | --- |\n\
         | yes | {} | does what CUDA's manual says |\n\
         | nothing to do | {} | succeeds without doing anything, for the reason given |\n\
         | no | {} | answers `CUDA_ERROR_NOT_SUPPORTED` and names itself once on standard error |\n",
        ROWS.len(),
        count(|status| *status == Status::Implemented),
        count(|status| matches!(status, Status::Stub(_))),
        count(|status| *status == Status::Unsupported),
    );
    for rows in ROWS.chunk_by(|a, b| a.chapter == b.chapter) {
        write!(page, "\n## {}\n\n| function | since CUDA | state |\n| --- | --- | --- |\n", rows[0].chapter).unwrap();
        rows.iter().for_each(|row| line(&mut page, row));
    }
    page += "\n## Tables behind `cuGetExportTable`\n\n\
             What the CUDA runtimes 11.8 to 13.5 ask for when they start. NVIDIA documents none of them.\n\n\
             | table | identifier |\n| --- | --- |\n";
    for table in TABLES {
        let id: String = table.id.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(
            page,
            "| {} | `{}-{}-{}-{}-{}` |",
            table.name,
            &id[..8],
            &id[8..12],
            &id[12..16],
            &id[16..20],
            &id[20..]
        )
        .unwrap();
    }
    page
}

fn line(page: &mut String, row: &Row) {
    let since = format!("{}.{}", row.version / 1000, row.version % 1000 / 10);
    let state = match row.status {
        Status::Implemented => "yes".to_string(),
        Status::Stub(reason) => format!("nothing to do: {reason}"),
        Status::Unsupported => "no".to_string(),
    };
    writeln!(page, "| `{}` | {since} | {state} |", row.symbol.name).unwrap();
}

#[test]
fn the_page_says_what_the_table_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/driver-api.md");
    let fresh = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &fresh).unwrap();
    }
    let checked_in = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(checked_in == fresh, "docs/driver-api.md is stale: UPDATE=1 cargo test -p shim --test driver_api");
}

#[test]
fn no_symbol_has_two_rows() {
    let mut names = HashSet::new();
    for symbol in ROWS.iter().flat_map(|row| [Some(row.symbol), row.per_thread]).flatten() {
        assert!(names.insert(symbol.name), "{}", symbol.name);
    }
}

#[test]
fn a_later_step_of_a_function_came_with_a_later_version() {
    for row in ROWS {
        let steps: Vec<_> = ROWS.iter().filter(|other| other.base_name() == row.base_name()).collect();
        assert!(steps.is_sorted_by_key(|step| step.version), "{}", row.base_name());
        assert!(steps.windows(2).all(|pair| pair[0].version != pair[1].version), "{}", row.base_name());
    }
}
