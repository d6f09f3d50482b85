//! Translates every kernel of PTX files: `cargo run -p translator --example tile FILE...`.

fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        match ptx_frontend::parse_module(&text, &path) {
            Ok(m) => {
                for f in m.functions.iter().filter(|f| f.is_entry) {
                    match translator::translate(&m, &f.name, &Default::default()) {
                        Ok(k) => println!("{path}: {}: {} blocks", f.name, k.functions[0].blocks.len()),
                        Err(e) => println!("{path}: {}: {e}", f.name),
                    }
                }
            }
            Err(errors) => errors.iter().for_each(|e| println!("{e}")),
        }
    }
}
