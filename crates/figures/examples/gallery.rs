//! Draws one figure of each kind, with made-up data, into a folder: `gallery FOLDER`.

use std::path::Path;

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("gallery FOLDER")?;
    std::fs::create_dir_all(&folder)?;
    for (name, figure) in samples::samples() {
        let t0 = std::time::Instant::now();
        let d = figure.draw()?;
        let t1 = t0.elapsed();
        d.svg()?;
        let t2 = t0.elapsed();
        d.png()?;
        let t3 = t0.elapsed();
        d.pdf()?;
        let t4 = t0.elapsed();
        println!(
            "{name:25} draw {:?} svg {:?} png {:?} pdf {:?}",
            t1,
            t2 - t1,
            t3 - t2,
            t4 - t3
        );
        figure.save(Path::new(&folder), name)?;
    }
    Ok(())
}
