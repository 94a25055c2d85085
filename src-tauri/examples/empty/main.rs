//! A Tauri window with nothing in it: what `cargo xtask bench` measures the start of Plumbline's window against.

fn main() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!("examples/empty/tauri.conf.json"))
}
