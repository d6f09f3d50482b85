//! Parses and checks PTX files: `cargo run -p ptx-frontend --example parse -- FILE...`

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut is_clean = true;
    for path in std::env::args().skip(1) {
        let text = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                eprintln!("{path}: {error}");
                is_clean = false;
                continue;
            }
        };
        let start = std::time::Instant::now();
        let result = ptx_frontend::parse_module(&text, &path);
        let seconds = start.elapsed().as_secs_f64();
        let errors = match &result {
            Ok(module) => module.functions.iter().flat_map(|function| &function.errors).cloned().collect(),
            Err(errors) => errors.clone(),
        };
        is_clean &= errors.is_empty();
        for error in &errors {
            eprintln!("{error}");
        }
        println!("{path}: {} errors, {:.1} MB/s", errors.len(), text.len() as f64 / 1e6 / seconds);
    }
    if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
