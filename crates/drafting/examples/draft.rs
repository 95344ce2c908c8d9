//! Drafts every file named on the command line into a folder, as JSON.
fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let Some(folder) = args.next() else { return Ok(()) };
    std::fs::create_dir_all(&folder)?;
    for file in args {
        let draft = drafting::draft(&std::fs::read_to_string(&file)?);
        let stem =
            std::path::Path::new(&file).file_stem().and_then(|s| s.to_str()).unwrap_or("x");
        std::fs::write(format!("{folder}/{stem}.json"), format!("{:#}", draft.to_gold_json()))?;
    }
    Ok(())
}
