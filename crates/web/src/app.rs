//! What every handler shares.

use std::path::PathBuf;
use std::sync::Arc;

use office::text::Reader;
use storage::Store;

use crate::clock::Clock;
use crate::files::FileStore;
use crate::headcount::Headcount;
use crate::jobs::Work;
use crate::likeness::Search;
use crate::live::Live;
use crate::mail::Mailer;
use crate::plans::drafts::Checked;
use crate::session::SessionCache;
use crate::submission::Writer;
use crate::{WebError, likeness};

/// Shared by all handlers; cheap to clone.
pub type AppState = Arc<App>;

/// One tenant's running house.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    /// The folder for originals, thumbnails and exports.
    pub files: PathBuf,
    /// Originals and thumbnails, by content.
    pub originals: FileStore,
    pub live: Arc<Live>,
    /// Gathers what is handed in.
    pub writer: Writer,
    /// Looks for what was handed in before.
    pub search: Search,
    pub sessions: SessionCache,
    /// Students and staff by unit, counted once.
    pub headcount: Headcount,
    /// Reads the documents that plans are drafted from.
    pub documents: Reader,
    /// What is wrong in the drafts that are being confirmed.
    pub checked: Checked,
    /// Long work that runs beside the requests.
    pub work: Work,
    /// None where the house sends no e-mail.
    pub mailer: Option<Mailer>,
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
    pub documents: Reader,
    pub mailer: Option<Mailer>,
    pub secure_cookies: bool,
    pub setup_code: Option<String>,
}

impl App {
    /// Opens the house: loads the live state once.
    pub async fn open(opening: Opening) -> Result<AppState, WebError> {
        let Opening { store, clock, files, documents, mailer, secure_cookies, setup_code } =
            opening;
        std::fs::create_dir_all(&files).map_err(storage::StorageError::from)?;
        let originals =
            FileStore::open_folder(files.clone()).map_err(storage::StorageError::from)?;
        let live = Arc::new(Live::load(&store, clock.now()).await?);
        let search = Search::default();
        let written = Arc::clone(&search.wake);
        let writer = Writer::start(store.clone(), clock.clone(), Arc::clone(&live), written)
            .map_err(storage::StorageError::from)?;
        let app = Arc::new(Self {
            store,
            clock,
            files,
            originals,
            live,
            writer,
            search,
            sessions: SessionCache::default(),
            headcount: Headcount::default(),
            documents,
            checked: Checked::default(),
            work: Work::default(),
            mailer,
            secure_cookies,
            setup_code,
        });
        crate::import::recover(&app).await?;
        crate::export::recover(&app).await?;
        likeness::start(&app);
        Ok(app)
    }
}

/// A new id: sorts by time, so new rows stand together in every index.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}
