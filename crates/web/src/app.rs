//! What every handler shares.

use std::path::PathBuf;
use std::sync::Arc;

use storage::Store;

use crate::WebError;
use crate::clock::Clock;
use crate::jobs::Work;
use crate::live::Live;
use crate::session::SessionCache;

/// Shared by all handlers; cheap to clone.
pub type AppState = Arc<App>;

/// One tenant's running house.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    /// The folder for originals, thumbnails and exports.
    pub files: PathBuf,
    pub live: Live,
    pub sessions: SessionCache,
    /// Long work that runs beside the requests.
    pub work: Work,
    /// Whether cookies travel by TLS only.
    pub secure_cookies: bool,
    /// The one-time code of the first run; printed by `wuzha` at the start.
    pub setup_code: Option<String>,
}

/// What the house is opened with.
pub struct Opening {
    pub store: Store,
    pub clock: Clock,
    pub files: PathBuf,
    pub secure_cookies: bool,
    pub setup_code: Option<String>,
}

impl App {
    /// Opens the house: loads the live state once.
    pub async fn open(opening: Opening) -> Result<AppState, WebError> {
        let Opening { store, clock, files, secure_cookies, setup_code } = opening;
        std::fs::create_dir_all(&files).map_err(storage::StorageError::from)?;
        let live = Live::load(&store, clock.now()).await?;
        let sessions = SessionCache::default();
        let work = Work::default();
        let app = Arc::new(Self {
            store,
            clock,
            files,
            live,
            sessions,
            work,
            secure_cookies,
            setup_code,
        });
        crate::import::recover(&app).await?;
        Ok(app)
    }
}

/// A new id: sorts by time, so new rows stand together in every index.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}
