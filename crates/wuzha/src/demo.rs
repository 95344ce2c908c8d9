//! The demo: an invented district that has run a plan for two terms, with
//! believable records, gaps and late ones. Filled once, then kept.

mod acts;
mod chance;
mod district;
mod fill;
mod minutes;
mod names;

use std::path::Path;

use anyhow::Context as _;
use storage::{Store, audit};
use web::clock::{Clock, start_of};

pub(crate) use fill::fill;

/// The same district on every machine.
const SEED: u64 = 20_220_301;
/// The demo's own day: a Friday near the end of the second term.
const TODAY: jiff::civil::Date = jiff::civil::Date::constant(2022, 12, 16);
const MORNING_MS: i64 = 10 * 3_600_000;

/// Whom to sign in as.
pub(crate) const GUIDES: &[(&str, &str)] = &[
    ("clerk", "教育局经办人"),
    ("leader", "教育局领导"),
    ("inspector", "督导员"),
    ("admin", "系统管理员"),
    ("officer", "学校安全干部"),
    ("teacher", "班主任"),
    ("police", "社区民警"),
];

/// When the demo begins.
pub(crate) fn beginning() -> i64 {
    start_of(TODAY) + MORNING_MS
}

/// The demo's clock goes on from its own day, or from the last thing that was
/// done in it, as fast as the real one.
pub(crate) async fn clock(store: &Store, real: Clock) -> anyhow::Result<Clock> {
    let mut conn = store.read().await?;
    let last =
        audit::search(&mut conn, &audit::Search::default(), storage::Part::first(1)).await?;
    let from = last.first().map_or(0, |entry| entry.line.at).max(beginning());
    let started = real.now();
    Ok(Clock::new(move || from + (real.now() - started).max(0)))
}

/// The password of all demo accounts: made for this data folder, printed at
/// every start, worth nothing elsewhere.
pub(crate) fn password(data: &Path) -> anyhow::Result<String> {
    let path = data.join("demo-password.txt");
    if let Ok(known) = std::fs::read_to_string(&path) {
        return Ok(known.trim().to_owned());
    }
    let mut bytes = [0_u8; 6];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("无法取得随机数：{error}"))?;
    let made: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let password = format!("Yanshi-{made}");
    crate::house::write_private(&path, &password).context("无法保存演示密码")?;
    Ok(password)
}
