//! Finding and reading the data files.

use std::path::{Path, PathBuf};

use anyhow::Context;
use recognition::model::Source;

/// The `.jsonl` files of some folders (or single files), by name, so that the
/// order does not depend on the machine.
pub(super) fn read_all(places: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for place in places {
        let before = files.len();
        if place.is_dir() {
            let listing = std::fs::read_dir(place)
                .with_context(|| format!("读取文件夹 {}", place.display()))?;
            for entry in listing {
                let path = entry?.path();
                if path.extension().is_some_and(|ending| ending == "jsonl") {
                    files.push(path);
                }
            }
            anyhow::ensure!(files.len() > before, "{} 里没有 .jsonl 文件", place.display());
        } else {
            files.push(place.clone());
        }
    }
    files.sort_by(|a, b| a.file_name().cmp(&b.file_name()).then(a.cmp(b)));
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> anyhow::Result<Source> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("读取 {}", file.display()))?;
    let name =
        file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Source::parse(&name, &text)?)
}
