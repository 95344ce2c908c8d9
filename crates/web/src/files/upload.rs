//! Taking one file of a form in: streamed, bounded, told by its bytes.

use axum::extract::multipart::Field;
use office::evidence::{EvidenceGroup, EvidenceKind, kind_of};
use office::picture::{self, PictureError, PictureLimits};
use storage::evidence::{Evidence, Kind};

use super::{FileStore, Partial};
use crate::WebError;
use crate::app::new_id;

/// Per form.
pub(crate) const FILES_MAX: usize = 9;
pub(crate) const PHOTO_MAX: u64 = 20 << 20;
pub(crate) const FILE_MAX: u64 = 100 << 20;
/// Packages are told by their end, so documents are looked at whole; films are
/// longer than this and told by their head.
const LOOK_MAX: usize = 24 << 20;

/// A file that came in whole and lies in the store.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) name: String,
    kind: Kind,
    media_type: &'static str,
    size: u64,
    sha256: String,
    thumbnail: Option<String>,
    taken_at: Option<String>,
    place: Option<picture::GeoPoint>,
}

impl Taken {
    pub(crate) fn sha256(&self) -> &str {
        &self.sha256
    }

    pub(crate) fn into_evidence(self, unit: &str, by: &str, at: i64) -> Evidence {
        Evidence {
            id: new_id(),
            unit: unit.to_owned(),
            kind: self.kind,
            name: self.name,
            media_type: self.media_type.to_owned(),
            size_bytes: self.size as i64,
            sha256: self.sha256,
            thumbnail_sha256: self.thumbnail,
            taken_at: self.taken_at,
            latitude: self.place.map(|it| it.latitude),
            longitude: self.place.map(|it| it.longitude),
            uploaded_at: at,
            uploaded_by: by.to_owned(),
        }
    }
}

/// What a form takes.
#[derive(Clone, Copy)]
struct Bounds {
    size_max: u64,
    pictures_only: bool,
}

/// Takes the file in; none if the field was left empty.
pub(crate) async fn take(
    store: &FileStore,
    field: Field<'_>,
) -> Result<Option<Taken>, WebError> {
    take_within(store, field, Bounds { size_max: FILE_MAX, pictures_only: false }).await
}

/// Takes a picture in and nothing else.
pub(crate) async fn take_picture(
    store: &FileStore,
    field: Field<'_>,
    size_max: u64,
) -> Result<Option<Taken>, WebError> {
    take_within(store, field, Bounds { size_max, pictures_only: true }).await
}

async fn take_within(
    store: &FileStore,
    mut field: Field<'_>,
    bounds: Bounds,
) -> Result<Option<Taken>, WebError> {
    let name = safe_name(field.file_name().unwrap_or_default());
    let mut partial = store.begin().await.map_err(storage::StorageError::from)?;
    while let Some(chunk) = field.chunk().await.map_err(|_| cut_off(&name))? {
        if bounds.size_max < partial.size() + chunk.len() as u64 {
            return Err(too_large(&name, bounds.size_max));
        }
        partial.write(&chunk).await.map_err(storage::StorageError::from)?;
    }
    if partial.size() == 0 {
        // Browsers send a nameless, empty file for a field that was not used.
        if name.is_empty() {
            return Ok(None);
        }
        return Err(WebError::invalid(format!("“{name}”是空文件，请重新选择。")));
    }
    Ok(Some(look(store, partial, (name, bounds)).await?))
}

async fn look(
    store: &FileStore,
    mut partial: Partial,
    (name, bounds): (String, Bounds),
) -> Result<Taken, WebError> {
    let size = partial.size();
    let bytes = partial.head(LOOK_MAX).await.map_err(storage::StorageError::from)?;
    let kind = kind_of(&bytes, &name);
    let group = kind
        .allowed()
        .map_err(|why| WebError::invalid(format!("“{name}”没有收下：{why}。")))?;
    if bounds.pictures_only && group != EvidenceGroup::Picture {
        return Err(WebError::invalid(format!("“{name}”不是图片，这里只收截图。")));
    }
    let seen = match group {
        EvidenceGroup::Picture if PHOTO_MAX < size => return Err(too_large(&name, PHOTO_MAX)),
        EvidenceGroup::Picture => Some(decoded(bytes, &name, picture::read).await?),
        _ => None,
    };
    let sha256 = store.keep(partial).await.map_err(storage::StorageError::from)?;
    let mut taken = Taken {
        name,
        kind: kind_in_store(group),
        media_type: EvidenceKind::media_type(kind),
        size,
        sha256,
        thumbnail: None,
        taken_at: None,
        place: None,
    };
    if let Some(picture) = seen {
        let thumbnail = store.keep_bytes(&picture.thumbnail).await;
        taken.thumbnail = Some(thumbnail.map_err(storage::StorageError::from)?);
        taken.taken_at = picture.taken_at.map(|at| at.to_string());
        taken.place = picture.place;
    }
    Ok(taken)
}

/// Decoding takes its time: not on the threads that answer requests.
async fn decoded<T: Send + 'static>(
    bytes: Vec<u8>,
    name: &str,
    look: fn(&[u8], &PictureLimits) -> Result<T, PictureError>,
) -> Result<T, WebError> {
    let limits = PictureLimits { bytes_max: PHOTO_MAX as usize, ..PictureLimits::default() };
    tokio::task::spawn_blocking(move || look(&bytes, &limits))
        .await
        .map_err(|error| WebError::Internal(error.to_string()))?
        .map_err(|error| WebError::invalid(format!("“{name}”没有收下：{error}。")))
}

/// A kept picture once more, upright and without what its camera wrote into it,
/// for everybody to see: its hash, size and media type.
pub(crate) async fn keep_bare(
    store: &FileStore,
    sha256: &str,
    name: &str,
) -> Result<(String, i64, &'static str), WebError> {
    let bytes = store.read(sha256).await.map_err(storage::StorageError::from)?;
    let (bytes, kind) = decoded(bytes, name, picture::bare).await?;
    let sha256 = store.keep_bytes(&bytes).await.map_err(storage::StorageError::from)?;
    Ok((sha256, bytes.len() as i64, kind.media_type()))
}

const fn kind_in_store(group: EvidenceGroup) -> Kind {
    match group {
        EvidenceGroup::Picture => Kind::Photo,
        EvidenceGroup::Document => Kind::File,
        EvidenceGroup::Audio => Kind::Audio,
        EvidenceGroup::Video => Kind::Video,
    }
}

fn too_large(name: &str, most: u64) -> WebError {
    WebError::invalid(format!("“{name}”超过 {} MB，请压缩后再传。", most >> 20))
}

fn cut_off(name: &str) -> WebError {
    WebError::invalid(format!("“{name}”没有传完，什么也没有保存，请重新提交。"))
}

/// The last part of whatever path the sender's system put before it.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(120).collect()
}
