//! The file store: `ab/cdef…` by SHA-256. A file comes into being whole or not
//! at all: bytes are gathered in a temporary file, made lasting, and only then
//! moved to their place.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use storage::audit::hex;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// The folder of originals and thumbnails.
#[derive(Debug, Clone)]
pub struct FileStore {
    folder: PathBuf,
}

/// A file that is still coming in. Dropped before [`FileStore::keep`], it
/// leaves nothing behind.
#[derive(Debug)]
pub struct Partial {
    path: PathBuf,
    file: File,
    hasher: Sha256,
    size: u64,
    is_kept: bool,
}

const INCOMING: &str = "incoming";

impl FileStore {
    /// Opens the folder and clears away what a crash left half-written.
    pub fn open_folder(folder: PathBuf) -> io::Result<Self> {
        let incoming = folder.join(INCOMING);
        if incoming.exists() {
            std::fs::remove_dir_all(&incoming)?;
        }
        std::fs::create_dir_all(&incoming)?;
        Ok(Self { folder })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the files that are still coming in lie.
    pub fn incoming(&self) -> PathBuf {
        self.folder.join(INCOMING)
    }

    /// Begins to take a file in.
    pub async fn begin(&self) -> io::Result<Partial> {
        let path = self.incoming().join(crate::app::new_id());
        let file = File::create_new(&path).await?;
        Ok(Partial { path, file, hasher: Sha256::new(), size: 0, is_kept: false })
    }

    /// Moves a whole file to its place and answers its hash. The same content
    /// is kept once; what comes again is as young as if it were new, so that the
    /// sweep leaves it alone until a row names it.
    pub async fn keep(&self, mut partial: Partial) -> io::Result<String> {
        partial.file.flush().await?;
        partial.file.sync_all().await?;
        let sha256 = hex(&std::mem::take(&mut partial.hasher).finalize());
        let place = self.place(&sha256)?;
        let folder = place.parent().map(Path::to_owned).unwrap_or_default();
        tokio::fs::create_dir_all(&folder).await?;
        tokio::fs::rename(&partial.path, &place).await?;
        partial.is_kept = true;
        // The name lasts only when the folder does.
        File::open(&folder).await?.sync_all().await?;
        Ok(sha256)
    }

    /// The hashes of the files that came before an instant.
    pub async fn older_than(&self, before: i64) -> io::Result<Vec<String>> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.list_older(before))
            .await
            .map_err(io::Error::other)?
    }

    fn list_older(&self, before: i64) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        for folder in std::fs::read_dir(&self.folder)? {
            let folder = folder?;
            let head = folder.file_name().to_string_lossy().into_owned();
            if head.len() != 2 || !folder.file_type()?.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(folder.path())? {
                let file = file?;
                let hash = format!("{head}{}", file.file_name().to_string_lossy());
                if self.place(&hash).is_ok() && came_at(&file.metadata()?)? < before {
                    found.push(hash);
                }
            }
        }
        Ok(found)
    }

    /// Takes away a file that no row names; false if it has come again since. It
    /// is moved aside first: whoever keeps the same content meanwhile puts theirs
    /// in its place.
    pub async fn take_away(&self, sha256: &str, before: i64) -> io::Result<bool> {
        let place = self.place(sha256)?;
        let aside = self.incoming().join(crate::app::new_id());
        tokio::fs::rename(&place, &aside).await?;
        let is_old = came_at(&tokio::fs::metadata(&aside).await?)? < before;
        if is_old {
            tokio::fs::remove_file(&aside).await?;
        } else {
            tokio::fs::rename(&aside, &place).await?;
        }
        Ok(is_old)
    }

    /// Keeps bytes that are whole already, such as a thumbnail.
    pub async fn keep_bytes(&self, bytes: &[u8]) -> io::Result<String> {
        let mut partial = self.begin().await?;
        partial.write(bytes).await?;
        self.keep(partial).await
    }

    /// A small kept file as bytes.
    pub async fn read(&self, sha256: &str) -> io::Result<Vec<u8>> {
        tokio::fs::read(self.place(sha256)?).await
    }

    /// Removes a kept file for good; one that is gone already is fine.
    pub async fn remove(&self, sha256: &str) -> io::Result<()> {
        match tokio::fs::remove_file(self.place(sha256)?).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Where a kept file lies; only a hash becomes a path.
    pub(super) fn place(&self, sha256: &str) -> io::Result<PathBuf> {
        let is_hash = sha256.len() == 64
            && sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match sha256.split_at_checked(2) {
            Some((head, rest)) if is_hash => Ok(self.folder.join(head).join(rest)),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a hash")),
        }
    }
}

impl Partial {
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes).await
    }

    pub const fn size(&self) -> u64 {
        self.size
    }

    /// What has come in so far.
    pub async fn bytes(&mut self) -> io::Result<Vec<u8>> {
        self.file.flush().await?;
        tokio::fs::read(&self.path).await
    }

    /// The first bytes: enough to tell most kinds of file.
    pub async fn head(&mut self, most: usize) -> io::Result<Vec<u8>> {
        self.file.flush().await?;
        let mut bytes = Vec::new();
        let file = File::open(&self.path).await?;
        file.take(most as u64).read_to_end(&mut bytes).await?;
        Ok(bytes)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_kept {
            // It may be gone already; there is nothing else to do about it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// When a file came, in milliseconds since 1970.
pub(super) fn came_at(file: &std::fs::Metadata) -> io::Result<i64> {
    let since = file.modified()?.duration_since(std::time::UNIX_EPOCH);
    Ok(since.map_or(0, |since| since.as_millis() as i64))
}
