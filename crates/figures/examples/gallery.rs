//! Draws one figure of each kind, with made-up data, into a folder: `gallery FOLDER`.

use std::path::Path;

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("gallery FOLDER")?;
    std::fs::create_dir_all(&folder)?;
    for (name, figure) in samples::samples() {
        figure.save(Path::new(&folder), name)?;
    }
    Ok(())
}
