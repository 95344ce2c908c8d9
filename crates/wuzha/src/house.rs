//! Opening a tenant's house and serving it: shared by `serve`, `demo` and the
//! commands that work on the same data.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use office::text::Reader;
use storage::seal::Sealer;
use storage::{Location, Store, account};
use tokio::net::TcpListener;
use web::clock::Clock;
use web::mail::{MailConfig, Mailer};
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

/// How e-mail leaves the house.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Mail {
    /// 发信服务器，如 smtps://用户:密码@smtp.example.edu.cn:465；不填则不发信
    #[arg(long, env = "WUZHA_SMTP_URL", hide_env_values = true, requires = "mail_from")]
    pub(crate) smtp_url: Option<String>,
    /// 发件人，如 "无诈 <wuzha@example.edu.cn>"
    #[arg(long, env = "WUZHA_MAIL_FROM")]
    pub(crate) mail_from: Option<String>,
    /// 用户访问本系统的网址，写进信里，如 https://wuzha.example.edu.cn
    #[arg(long, env = "WUZHA_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
}

/// The most that a server may take for one step of sending.
const MAIL_PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

impl Mail {
    fn mailer(&self) -> anyhow::Result<Option<Mailer>> {
        let Some(smtp_url) = &self.smtp_url else { return Ok(None) };
        let config = MailConfig {
            smtp_url: smtp_url.clone(),
            from: self.mail_from.clone().unwrap_or_default(),
            public_url: self.public_url.clone(),
            patience: MAIL_PATIENCE,
        };
        Mailer::new(&config).map(Some).map_err(|words| anyhow::anyhow!(words))
    }
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
    let sealer = Sealer::new(&key(&place.data)?);
    Store::open(&location(place), sealer).await.context("无法打开数据库")
}

pub(crate) fn location(place: &Place) -> Location {
    match &place.database_url {
        Some(url) => Location::Postgres { url: url.clone(), schema: place.schema.clone() },
        None => Location::Sqlite(place.data.join("wuzha.db")),
    }
}

/// Opens the database of a tenant that is there already, and makes nothing.
pub(crate) async fn existing_store(place: &Place) -> anyhow::Result<Store> {
    let database = place.data.join("wuzha.db");
    anyhow::ensure!(
        place.database_url.is_some() || database.exists(),
        "{} 中没有数据库 wuzha.db，请用 --data 指明数据目录",
        place.data.display()
    );
    anyhow::ensure!(
        std::env::var_os("WUZHA_FIELD_KEY").is_some() || place.data.join("field.key").exists(),
        "{} 中没有密钥 field.key，环境变量 WUZHA_FIELD_KEY 也没有设置",
        place.data.display()
    );
    store(place).await
}

/// Opens the house on real time, without e-mail.
pub(crate) async fn open(place: &Place, https: bool) -> anyhow::Result<AppState> {
    open_with(place, https, &Mail::default()).await
}

/// Reads PDFs in a process of this very program, where it can be found.
pub(crate) fn documents() -> Reader {
    std::env::current_exe().map_or_else(|_| Reader::default(), |own| Reader::apart(&own))
}

/// Opens the house on real time.
pub(crate) async fn open_with(
    place: &Place,
    https: bool,
    mail: &Mail,
) -> anyhow::Result<AppState> {
    let mailer = mail.mailer()?;
    let store = store(place).await?;
    anyhow::ensure!(
        !store.is_half_filled().await?,
        "这里的演示数据没有生成完，请先运行 wuzha demo：它会重新生成"
    );
    let accounts = account::count(&mut *store.read().await?).await?;
    let setup_code = (accounts == 0).then(one_time_code).transpose()?;
    let opening = Opening {
        store,
        clock: clock(),
        files: place.data.join("files"),
        documents: documents(),
        mailer,
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
    let chores = web::chores::start(&app);
    // Whence a request comes bounds how often anybody may ask.
    let service = web::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(stop_asked()).await;
    chores.stop().await;
    store.close().await;
    served?;
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
