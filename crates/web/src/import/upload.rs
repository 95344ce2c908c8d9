//! An upload goes to a file piece by piece, and the file goes when the upload
//! is cut off: whatever happens, nothing half stays.

use std::path::{Path, PathBuf};

use axum::extract::Multipart;
use axum::extract::multipart::Field;
use tokio::io::AsyncWriteExt as _;

use crate::app::new_id;
use crate::{App, WebError};

/// Bytes of a roster at most.
pub(super) const BYTES_MAX: usize = 128 << 20;

/// A file that is removed unless it is kept.
struct Partial(Option<PathBuf>);

impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // Nothing more can be done about a file that will not go.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// What a finished upload left.
pub(super) struct Uploaded {
    pub(super) unit: String,
    /// The name in the store, not a path.
    pub(super) stored: String,
    /// What the user calls it.
    pub(super) name: String,
}

/// Where uploaded rosters lie.
pub(super) fn place(app: &App, stored: &str) -> PathBuf {
    folder(app).join(stored)
}

/// The folder of uploaded rosters.
pub(crate) fn folder(app: &App) -> PathBuf {
    app.files.join("rosters")
}

/// Takes the form: a unit, and a file.
pub(super) async fn take(app: &App, mut form: Multipart) -> Result<Uploaded, WebError> {
    let cut = |_| WebError::invalid("上传没有完成，请重新上传。");
    let mut unit = String::new();
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(cut)? {
        match field.name() {
            Some("unit") => unit = field.text().await.map_err(cut)?,
            Some("file") => file = Some(save(app, field).await?),
            _ => {}
        }
    }
    let Some((mut partial, name)) = file else {
        return Err(WebError::invalid("请选择要上传的花名册文件（.xlsx 或 .csv）。"));
    };
    let stored = format!("{}.roster", new_id());
    if let Some(path) = partial.0.take() {
        let to = place(app, &stored);
        tokio::fs::rename(&path, &to).await.map_err(storage::StorageError::from)?;
    }
    Ok(Uploaded { unit, stored, name })
}

async fn save(app: &App, mut field: Field<'_>) -> Result<(Partial, String), WebError> {
    let name: String = field
        .file_name()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(120)
        .collect();
    let folder = folder(app);
    let io = storage::StorageError::from;
    tokio::fs::create_dir_all(&folder).await.map_err(io)?;
    let path = folder.join(format!("{}.part", new_id()));
    let mut file = tokio::fs::File::create(&path).await.map_err(io)?;
    let partial = Partial(Some(path));
    let mut size = 0;
    loop {
        let piece =
            field.chunk().await.map_err(|_| WebError::invalid("上传没有完成，请重新上传。"))?;
        let Some(piece) = piece else { break };
        size += piece.len();
        if size > BYTES_MAX {
            return Err(WebError::invalid(format!(
                "文件过大：花名册最大 {} MB，请按学校拆分后再上传。",
                BYTES_MAX >> 20
            )));
        }
        file.write_all(&piece).await.map_err(io)?;
    }
    file.sync_all().await.map_err(io)?;
    if size == 0 {
        return Err(WebError::invalid("请选择要上传的花名册文件；所选文件是空的。"));
    }
    Ok((partial, name))
}

/// Removes a roster that is not needed any more.
pub(super) async fn remove(path: &Path) {
    // It may be gone already.
    let _ = tokio::fs::remove_file(path).await;
}
