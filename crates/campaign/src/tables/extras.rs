//! `exemptions.csv`, and the two optional tables `events.csv` and
//! `attendance.csv`.

use std::io::Read;

use rustc_hash::FxHashMap;

use super::{
    Shape, TableError,
    fields::{Row, shown},
    organisation::each_row,
};
use crate::{
    fact::{Event, Exemption},
    organisation::{Organisation, PersonIx, Subject},
};

const EXEMPTIONS: Shape =
    Shape { file: "exemptions.csv", columns: &["duty", "subject", "period_start", "reason"] };
const EVENTS: Shape = Shape { file: "events.csv", columns: &["duty", "subject", "date"] };
const ATTENDANCE: Shape = Shape { file: "attendance.csv", columns: &["record", "person"] };

/// The exemptions by hand; each needs its reason.
pub fn read_exemptions(
    org: &Organisation,
    duties: &[&str],
    reader: impl Read,
) -> Result<Vec<Exemption>, TableError> {
    let mut exemptions = Vec::new();
    each_row(EXEMPTIONS, reader, |row| {
        row.named(3)?;
        exemptions.push(Exemption {
            duty: duty(row, duties)?.to_owned(),
            subject: subject(row, org, 1)?,
            period_start: row.optional_day(2)?,
        });
        Ok(())
    })?;
    Ok(exemptions)
}

/// The events that open periods of event duties.
pub fn read_events(
    org: &Organisation,
    duties: &[&str],
    reader: impl Read,
) -> Result<Vec<Event>, TableError> {
    let mut events = Vec::new();
    each_row(EVENTS, reader, |row| {
        events.push(Event {
            duty: duty(row, duties)?.to_owned(),
            subject: subject(row, org, 1)?,
            day: row.day(2)?,
        });
        Ok(())
    })?;
    Ok(events)
}

/// Whom the attendance of each record names.
#[derive(Debug, Default)]
pub struct Attendance {
    of_record: FxHashMap<Box<[u8]>, Vec<PersonIx>>,
}

impl Attendance {
    pub(super) fn of(&self, record: &[u8]) -> &[PersonIx] {
        if self.of_record.is_empty() {
            return &[];
        }
        self.of_record.get(record).map_or(&[], Vec::as_slice)
    }
}

pub fn read_attendance(
    org: &Organisation,
    reader: impl Read,
) -> Result<Attendance, TableError> {
    let mut of_record: FxHashMap<Box<[u8]>, Vec<PersonIx>> = FxHashMap::default();
    each_row(ATTENDANCE, reader, |row| {
        let person = org.as_person(subject(row, org, 1)?).ok_or_else(|| {
            row.refuse(1, format!("“{}”是单位，应为 people.csv 中的 id", shown(row.bytes(1))))
        })?;
        of_record.entry(row.named(0)?.as_bytes().into()).or_default().push(person);
        Ok(())
    })?;
    for people in of_record.values_mut() {
        people.sort_unstable();
        people.dedup();
    }
    Ok(Attendance { of_record })
}

fn duty<'r>(row: &Row<'r>, duties: &[&str]) -> Result<&'r str, TableError> {
    let id = row.text(0)?;
    if duties.contains(&id) {
        return Ok(id);
    }
    Err(row
        .refuse(0, format!("方案中没有任务“{}”，应为 {}", shown(id.as_bytes()), some(duties))))
}

pub(super) fn subject(
    row: &Row<'_>,
    org: &Organisation,
    column: usize,
) -> Result<Subject, TableError> {
    let id = row.bytes(column);
    org.subject_of_bytes(id).ok_or_else(|| {
        let problem = format!(
            "没有编号为“{}”的单位或人员，应为 units.csv 或 people.csv 中的 id",
            shown(id)
        );
        row.refuse(column, problem)
    })
}

/// The first few of what is allowed.
pub(super) fn some(allowed: &[&str]) -> String {
    const FEW: usize = 12;
    let listed: Vec<&str> = allowed.iter().take(FEW).copied().collect();
    let more = if allowed.len() > FEW {
        format!(" 等 {} 个之一", allowed.len())
    } else {
        " 之一".to_owned()
    };
    listed.join("、") + &more
}
