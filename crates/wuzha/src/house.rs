//! Opening a tenant's house and serving it: shared by `serve`, `demo` and the
//! commands that work on the same data.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use storage::seal::Sealer;
use storage::{Location, Store, account};
use tokio::net::TcpListener;
use web::clock::Clock;
use web::{App, AppState, Opening};

/// Where the data lie.
#[derive(clap::Args, Clone)]
pub(crate) struct Place {
    /// 数据目录：密钥、上传的文件，以及内嵌数据库
    #[arg(long, env = "WUZHA_DATA", default_value = "data")]
    pub(crate) data: PathBuf,
    /// PostgreSQL 地址；不填则用数据目录中的内嵌数据库
    #[arg(long, env = "WUZHA_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// 使用单位在 PostgreSQL 中的 schema
    #[arg(long, env = "WUZHA_SCHEMA", default_value = "wuzha")]
    pub(crate) schema: String,
}

pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("无法启动运行时")
}

/// Only here is the clock read.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(crate) fn clock() -> Clock {
    Clock::new(|| {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_millis() as i64)
    })
}

/// Opens the tenant's database with its key, making both if absent.
pub(crate) async fn store(place: &Place) -> anyhow::Result<Store> {
    std::fs::create_dir_all(&place.data)
        .with_context(|| format!("无法建立数据目录 {}", place.data.display()))?;
    let location = match &place.database_url {
        Some(url) => Location::Postgres { url: url.clone(), schema: place.schema.clone() },
        None => Location::Sqlite(place.data.join("wuzha.db")),
    };
    let sealer = Sealer::new(&key(&place.data)?);
    Store::open(&location, sealer).await.context("无法打开数据库")
}

/// Opens the house on real time.
pub(crate) async fn open(place: &Place, https: bool) -> anyhow::Result<AppState> {
    let store = store(place).await?;
    let accounts = account::count(&mut *store.read().await?).await?;
    let setup_code = (accounts == 0).then(one_time_code).transpose()?;
    let opening = Opening {
        store,
        clock: clock(),
        files: place.data.join("files"),
        secure_cookies: https,
        setup_code,
    };
    App::open(opening).await.context("无法载入数据")
}

/// Serves until told to stop; requests under way are finished.
pub(crate) async fn serve(app: AppState, listen: SocketAddr) -> anyhow::Result<()> {
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("无法监听 {listen}"))?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let store = app.store.clone();
    let tending = tokio::spawn(web::live::tend(app.clone()));
    axum::serve(listener, web::router(app)).with_graceful_shutdown(stop_asked()).await?;
    tending.abort();
    store.close().await;
    Ok(())
}

async fn stop_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            // Without the handler only Ctrl-C stops it in order.
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// The key for sealed fields: from the environment, else a file of its own that
/// only its owner can read.
fn key(data: &Path) -> anyhow::Result<[u8; 32]> {
    let path = data.join("field.key");
    let text = match std::env::var("WUZHA_FIELD_KEY") {
        Ok(text) => text,
        Err(_) if path.exists() => std::fs::read_to_string(&path)
            .with_context(|| format!("无法读取密钥 {}", path.display()))?,
        Err(_) => {
            let text = hex(&random::<32>()?);
            write_private(&path, &text)?;
            text
        }
    };
    parse_key(text.trim()).with_context(|| {
        format!("密钥应为 64 位十六进制数（{} 或 WUZHA_FIELD_KEY）", path.display())
    })
}

fn parse_key(text: &str) -> anyhow::Result<[u8; 32]> {
    let mut key = [0_u8; 32];
    anyhow::ensure!(text.len() == 64 && text.is_ascii(), "长度不对");
    for (index, byte) in key.iter_mut().enumerate() {
        let pair = text.get(index * 2..index * 2 + 2).unwrap_or_default();
        *byte = u8::from_str_radix(pair, 16)?;
    }
    Ok(key)
}

pub(crate) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("无法写入密钥 {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

fn one_time_code() -> anyhow::Result<String> {
    let bytes = random::<5>()?;
    Ok(hex(&bytes).to_uppercase())
}

fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("无法取得随机数：{error}"))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
