//! `records.csv`: the one large table. Its blocks are parsed by several threads
//! that add what they read to the same tally; no record is kept.

use std::{
    io::Read,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
};

use super::{
    Attendance, Shape, TableError,
    blocks::{Block, Blocks},
    extras::{some, subject},
    fields::{Row, local_date, shown},
};
use crate::{
    day::Day,
    engine::Engine,
    tally::{Entry, Loader, Tally},
};

const RECORDS: Shape = Shape {
    file: "records.csv",
    columns: &["id", "duty", "subject", "date", "submitted_at", "count", "status"],
};

/// Standings up to this many are counted in an array of 4 bytes each.
const DENSE: usize = 160_000_000;

/// Counts the records that had been submitted by the end of `as_of`.
pub fn load_records(
    engine: &Engine,
    attendance: &Attendance,
    as_of: Day,
    reader: impl Read + Send,
    threads: usize,
) -> Result<Tally, TableError> {
    let blocks = Blocks::open(RECORDS, reader)?;
    let tally = Tally::with_dense(engine, DENSE);
    let stop = AtomicBool::new(false);
    let first_error: Mutex<Option<TableError>> = Mutex::new(None);
    let work = || {
        let mut loader = Loader::new(engine, &tally);
        let mut block = Block::default();
        let mut load = || -> Result<(), TableError> {
            while !stop.load(Relaxed) && blocks.next(&mut block)? {
                blocks.rows(&block, |line, fields| {
                    let row = Row { shape: RECORDS, line, fields };
                    record(engine, attendance, as_of, &row, &mut loader)
                })?;
            }
            Ok(())
        };
        if let Err(error) = load() {
            // Blocks before this one are already taken and will be finished, so
            // the smallest line is the first error of the file.
            stop.store(true, Relaxed);
            let mut first = first_error.lock().unwrap_or_else(PoisonError::into_inner);
            if first.as_ref().is_none_or(|known| error.line() < known.line()) {
                *first = Some(error);
            }
        }
        loader.finish();
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    match first_error.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(tally),
    }
}

fn record(
    engine: &Engine,
    attendance: &Attendance,
    as_of: Day,
    row: &Row<'_>,
    loader: &mut Loader<'_>,
) -> Result<(), TableError> {
    let id = row.bytes(0);
    if id.is_empty() {
        return Err(row.refuse(0, "不能为空".to_owned()));
    }
    let name = row.bytes(1);
    let name = engine.name_of_bytes(name).ok_or_else(|| unknown_duty(engine, row, name))?;
    let subject = subject(row, engine.organisation(), 2)?;
    let day = row.day(3)?;
    let submitted = submitted_on(row.bytes(4)).ok_or_else(|| {
        let problem = format!(
            "“{}”不是日期或时间，应如 2024-09-01 或 2024-09-01T08:30:00+08:00",
            shown(row.bytes(4))
        );
        row.refuse(4, problem)
    })?;
    let count = count(row.bytes(5)).ok_or_else(|| {
        row.refuse(5, format!("“{}”不是 0 到 999999999 的整数", shown(row.bytes(5))))
    })?;
    let counts = counts(row.bytes(6)).ok_or_else(|| {
        let allowed = "submitted、accepted（或 reviewed、approved、confirmed、valid、pending、\
                       recorded、done、ok，或空着）、returned、withdrawn";
        row.refuse(6, format!("“{}”不在允许的值之中：{allowed}", shown(row.bytes(6))))
    })?;
    if counts && submitted <= as_of {
        let attendees = attendance.of(id);
        loader.add(&Entry { name, subject, day, submitted, count, attendees });
    }
    Ok(())
}

/// The local date of a `submitted_at`: a date, or a time with or without offset.
pub fn submitted_on(bytes: &[u8]) -> Option<Day> {
    if bytes.len() == 10 { Day::parse(bytes) } else { local_date(bytes) }
}

/// Whether a record of this status counts: any does that was not given back. The
/// words of the product come first, then those that other programs may use; the
/// list is closed, since a mistyped “returned” must not count.
fn counts(status: &[u8]) -> Option<bool> {
    match status {
        b"submitted" | b"accepted" | b"" | b"reviewed" | b"approved" | b"confirmed"
        | b"valid" | b"pending" | b"recorded" | b"done" | b"ok" => Some(true),
        b"returned" | b"withdrawn" => Some(false),
        _ => None,
    }
}

fn count(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0'))
    })
}

fn unknown_duty(engine: &Engine, row: &Row<'_>, name: &[u8]) -> TableError {
    let names: Vec<&str> = engine.names().collect();
    let problem = format!("方案中没有任务或活动“{}”，应为 {}", shown(name), some(&names));
    row.refuse(1, problem)
}
