//! The audit chain: each line's hash covers its content and the line before,
//! so a changed, missing or slipped-in line shows.

use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, Row as _};

use crate::StorageError;
use crate::bulk::insert_rows;
use crate::narrow::{Clauses, Part, Place, Value};

/// One line before it is chained.
#[derive(Debug, Clone)]
pub struct Line {
    pub at: i64,
    pub account: Option<String>,
    pub action: String,
    pub unit: Option<String>,
    pub object: String,
    pub detail: String,
}

/// A line as it stands in the chain.
#[derive(Debug, Clone)]
pub struct Entry {
    pub seq: i64,
    pub line: Line,
    pub hash: String,
}

/// What checking the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Whole {
        lines: i64,
        head: String,
    },
    /// The first line that does not fit, and why.
    Broken {
        seq: i64,
        why: &'static str,
    },
}

fn chain(prev: &str, seq: i64, line: &Line) -> String {
    let mut hasher = Sha256::new();
    // Lengths before contents: two lines cannot be cut differently to the
    // same bytes.
    let seq = seq.to_string();
    let at = line.at.to_string();
    for part in [
        prev,
        &seq,
        &at,
        line.account.as_deref().unwrap_or(""),
        &line.action,
        line.unit.as_deref().unwrap_or(""),
        &line.object,
        &line.detail,
    ] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hex(&hasher.finalize())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
        text
    })
}

/// The chain's end: what the next line is chained to.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) seq: i64,
    hash: String,
}

/// Locks the head row for the rest of the transaction and reads it.
pub(crate) async fn lock_head(conn: &mut AnyConnection) -> Result<Head, StorageError> {
    let row = sqlx::query("update audit_head set seq = seq where id = 1 returning seq, hash")
        .fetch_one(conn)
        .await?;
    Ok(Head { seq: row.try_get(0)?, hash: row.try_get(1)? })
}

/// Chains `lines` to the head, which this transaction has locked.
pub(crate) async fn append(
    conn: &mut AnyConnection,
    head: Head,
    lines: &[Line],
) -> Result<(), StorageError> {
    let Head { mut seq, mut hash } = head;
    let mut entries = Vec::with_capacity(lines.len());
    for line in lines {
        seq += 1;
        hash = chain(&hash, seq, line);
        entries.push((seq, line, hash.clone()));
    }
    insert_rows(
        conn,
        "insert into audit (seq, at, account_id, action, unit_id, object, detail, hash) values ",
        8,
        &entries,
        |query, (seq, line, hash)| {
            query
                .bind(*seq)
                .bind(line.at)
                .bind(line.account.clone())
                .bind(line.action.clone())
                .bind(line.unit.clone())
                .bind(line.object.clone())
                .bind(line.detail.clone())
                .bind(hash.clone())
        },
    )
    .await?;
    sqlx::query("update audit_head set seq = $1, hash = $2 where id = 1")
        .bind(seq)
        .bind(hash)
        .execute(conn)
        .await?;
    Ok(())
}

const PAGE: i64 = 10_000;

/// Walks the whole chain and says where it breaks, if it does. The house may go
/// on writing meanwhile: the head is read after the lines, and lines that came in
/// between are walked as well.
pub async fn verify(conn: &mut AnyConnection) -> Result<Verdict, StorageError> {
    let (mut seq, mut hash) = (0_i64, String::new());
    // The head as it was read before: lines up to it must be there by now.
    let mut owed = 0;
    loop {
        loop {
            let page = entries_after(conn, seq, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                if entry.seq != seq + 1 {
                    return Ok(Verdict::Broken { seq: seq + 1, why: "此行缺失" });
                }
                if chain(&hash, entry.seq, &entry.line) != entry.hash {
                    return Ok(Verdict::Broken {
                        seq: entry.seq, why: "内容与校验值不符"
                    });
                }
                seq = entry.seq;
                hash = entry.hash;
            }
        }
        let (head_seq, head_hash) = head(conn).await?;
        if head_seq == seq && head_hash == hash {
            return Ok(Verdict::Whole { lines: seq, head: hash });
        }
        if seq < owed || head_seq <= seq {
            return Ok(Verdict::Broken { seq: seq + 1, why: "末尾与链头不符" });
        }
        owed = head_seq;
    }
}

async fn head(conn: &mut AnyConnection) -> Result<(i64, String), StorageError> {
    let row =
        sqlx::query("select seq, hash from audit_head where id = 1").fetch_one(conn).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// The chain's lines after `seq`, in order.
pub async fn entries_after(
    conn: &mut AnyConnection,
    seq: i64,
    limit: i64,
) -> Result<Vec<Entry>, StorageError> {
    let rows = sqlx::query(
        "select seq, at, account_id, action, unit_id, object, detail, hash
         from audit where seq > $1 order by seq limit $2",
    )
    .bind(seq)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(entry).collect()
}

/// Which lines a reader asks for. An empty field does not narrow.
#[derive(Debug, Clone, Default)]
pub struct Search {
    pub account: Option<String>,
    pub object: Option<String>,
    /// The permission that was used: the word before the colon.
    pub action: Option<String>,
    /// Lines about this unit and those below it.
    pub unit: Option<String>,
    /// Instants, the first included and the last not.
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// The oldest first; else the newest.
    pub oldest_first: bool,
}

/// A part of the lines that fit; a line's id is its seq.
pub async fn search(
    conn: &mut AnyConnection,
    search: &Search,
    part: Part<'_>,
) -> Result<Vec<Entry>, StorageError> {
    let mut clauses = Clauses::from("audit");
    clauses.optional("account_id = {}", search.account.as_deref());
    clauses.optional("object = {}", search.object.as_deref());
    clauses.optional("action like {} || ':%'", search.action.as_deref());
    clauses.optional(
        "unit_id in (select unit_id from unit_ancestor where ancestor_id = {})",
        search.unit.as_deref(),
    );
    if let Some(from) = search.from {
        let first = first_since(conn, from - SLACK_MS).await?;
        clauses.number("seq >= {}", first);
        clauses.number("at >= {}", from);
    }
    if let Some(until) = search.until {
        let end = first_since(conn, until.saturating_add(SLACK_MS)).await?;
        clauses.number("seq < {}", end);
        clauses.number("at < {}", until);
    }
    let (is_up, from) = match part.place {
        Place::Start => (search.oldest_first, None),
        Place::After(seq) => (search.oldest_first, Some(seq)),
        Place::Before(seq) => (!search.oldest_first, Some(seq)),
    };
    if let Some(seq) = from.and_then(|seq| seq.parse().ok()) {
        clauses.number(if is_up { "seq > {}" } else { "seq < {}" }, seq);
    }
    let way = if is_up { "" } else { " desc" };
    let most = clauses.place(Value::Number(part.limit));
    clauses.tail(format!(" order by seq{way} limit {most}"));
    let text = format!(
        "select seq, at, account_id, action, unit_id, object, detail, hash from {}",
        clauses.text()
    );
    let mut rows = clauses.fetch(conn, text).await?;
    if is_up != search.oldest_first {
        rows.reverse();
    }
    rows.iter().map(entry).collect()
}

/// A line is chained when its transaction ends and carries the instant at which
/// that began: lines may stand this far out of the order of time.
const SLACK_MS: i64 = 600_000;

/// The seq of the first line that was written at `at` or later, near enough:
/// found by halving, since the chain is its own index of time.
async fn first_since(conn: &mut AnyConnection, at: i64) -> Result<i64, StorageError> {
    let (mut low, mut high) = (1, head(conn).await?.0 + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let row = sqlx::query("select at from audit where seq = $1")
            .bind(middle)
            .fetch_optional(&mut *conn)
            .await?;
        let written: i64 = row.map_or(Ok(i64::MAX), |row| row.try_get(0))?;
        if written < at {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn entry(row: &sqlx::any::AnyRow) -> Result<Entry, StorageError> {
    Ok(Entry {
        seq: row.try_get(0)?,
        line: Line {
            at: row.try_get(1)?,
            account: row.try_get(2)?,
            action: row.try_get(3)?,
            unit: row.try_get(4)?,
            object: row.try_get(5)?,
            detail: row.try_get(6)?,
        },
        hash: row.try_get(7)?,
    })
}
