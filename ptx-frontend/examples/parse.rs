//! Parses PTX files and says what it found: `cargo run -p ptx-frontend --example parse FILE...`.

fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        match ptx_frontend::parse_module(&text, &path) {
            Ok(m) => {
                println!("{path}: {} functions, {} variables", m.functions.len(), m.variables.len());
                for e in m.functions.iter().flat_map(|f| &f.errors) {
                    println!("{e}");
                }
            }
            Err(errors) => errors.iter().for_each(|e| println!("{e}")),
        }
    }
}
