//! Writes sample letters into a folder, to be looked at:
//! `cargo run -p office --example letters -- FOLDER`.

#[path = "../tests/letter/sample.rs"]
mod sample;

use std::path::PathBuf;

use office::letter::{
    appointment_list, collation, collation_xlsx, monthly_form, monthly_form_xlsx,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    let files = [
        ("monthly.docx", monthly_form(&sample::form()).to_docx()?),
        ("monthly.xlsx", monthly_form_xlsx(&sample::form())?),
        ("appointments.docx", appointment_list(&sample::appointments()).to_docx()?),
        ("collation.docx", collation(&sample::collated()).to_docx()?),
        ("collation.xlsx", collation_xlsx(&sample::collated())?),
        ("circular.docx", sample::circular().to_docx()?),
        ("template.xlsx", office::roster::template()?),
    ];
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
