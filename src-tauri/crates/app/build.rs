//! Packs the demo plant, which is text, so that the programs carry a sixth of it.

use std::{env, fs, io::Write, path::Path};

use flate2::{Compression, write::ZlibEncoder};

fn main() -> std::io::Result<()> {
    let demo = Path::new("../../../assets/demo");
    println!("cargo:rerun-if-changed={}", demo.display());
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    for entry in fs::read_dir(demo)? {
        let path = entry?.path();
        println!("cargo:rerun-if-changed={}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&fs::read(&path)?)?;
        fs::write(Path::new(&out).join(format!("{name}.z")), packed.finish()?)?;
    }
    Ok(())
}
