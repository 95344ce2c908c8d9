//! Reports and their versions. A version that was handed in is never written
//! again; an edit of a draft replaces the draft's text only.

mod taken;

use campaign::access::Permit;
use campaign::report::{Fields, State};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::bulk::{AnyQuery, insert_rows, insert_rows_with};
use crate::{Change, StorageError, Tx};

pub use taken::{Taken, TakenStep, insert_taken};

/// One unit's report for one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub id: String,
    pub campaign: String,
    /// The report of the plan that it answers.
    pub form: String,
    pub unit: String,
    /// `2022-03`
    pub period: String,
    pub due_on: String,
    pub state: State,
    pub version: i64,
    pub submitted_at: Option<i64>,
    pub first_submitted_at: Option<i64>,
    /// The record by which the newest handing in fulfils its duty.
    pub record: Option<String>,
    pub revision: i64,
}

impl Report {
    /// Whether it was first handed in by the end of its due day. `due_end` is
    /// that day's last instant.
    pub fn is_in_time(&self, due_end: i64) -> bool {
        self.first_submitted_at.is_some_and(|at| at <= due_end)
    }
}

/// The text of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub version: i64,
    pub fields: Fields,
    /// What the records gave when it was begun.
    pub filled: Fields,
    /// Why it was corrected.
    pub note: Option<String>,
    pub signed_by: Option<String>,
    pub signed_at: Option<i64>,
    pub created_by: Option<String>,
    pub created_at: i64,
}

/// A step of its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTaken {
    pub state: State,
    pub version: i64,
    pub at: i64,
    pub account_name: Option<String>,
    pub reason: Option<String>,
}

const COLUMNS: &str = "id, campaign_id, form, unit_id, period, due_on, state, version,
    submitted_at, first_submitted_at, revision, record_id";

pub async fn by_id(conn: &mut AnyConnection, id: &str) -> Result<Option<Report>, StorageError> {
    let text = format!("select {COLUMNS} from report where id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(report).transpose()
}

/// Which report is meant, without its id.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    pub campaign: &'a str,
    pub form: &'a str,
    pub unit: &'a str,
    pub period: &'a str,
}

pub async fn by_key(
    conn: &mut AnyConnection,
    key: Key<'_>,
) -> Result<Option<Report>, StorageError> {
    let text = format!(
        "select {COLUMNS} from report
         where campaign_id = $1 and form = $2 and unit_id = $3 and period = $4"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(key.campaign.to_owned())
        .bind(key.form.to_owned())
        .bind(key.unit.to_owned())
        .bind(key.period.to_owned())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(report).transpose()
}

/// A unit's own reports of one form, the newest month first.
pub async fn of_unit(
    conn: &mut AnyConnection,
    campaign: &str,
    form: &str,
    unit: &str,
) -> Result<Vec<Report>, StorageError> {
    let text = format!(
        "select {COLUMNS} from report
         where campaign_id = $1 and form = $2 and unit_id = $3 order by period desc limit 120"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(campaign.to_owned())
        .bind(form.to_owned())
        .bind(unit.to_owned())
        .fetch_all(conn)
        .await?;
    rows.iter().map(report).collect()
}

/// All reports of a month at or below `top`.
pub async fn of_period(
    conn: &mut AnyConnection,
    campaign: &str,
    form: &str,
    period: &str,
    top: &str,
) -> Result<Vec<Report>, StorageError> {
    let text = format!(
        "select {COLUMNS} from report
         where campaign_id = $1 and form = $2 and period = $3
           and exists (select 1 from unit_ancestor a
                       where a.unit_id = report.unit_id and a.ancestor_id = $4)"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(campaign.to_owned())
        .bind(form.to_owned())
        .bind(period.to_owned())
        .bind(top.to_owned())
        .fetch_all(conn)
        .await?;
    rows.iter().map(report).collect()
}

/// The newest text of each report of a month at or below `top`, by report.
pub async fn newest_of_period(
    conn: &mut AnyConnection,
    campaign: &str,
    form: &str,
    (period, top): (&str, &str),
) -> Result<Vec<(String, Version)>, StorageError> {
    let rows = sqlx::query(
        "select v.version, v.fields, v.filled, v.note, a.display_name, v.signed_at,
            b.display_name, v.created_at, r.id
         from report r
         join report_version v on v.report_id = r.id and v.version = r.version
         left join account a on a.id = v.signed_by
         left join account b on b.id = v.created_by
         where r.campaign_id = $1 and r.form = $2 and r.period = $3
           and exists (select 1 from unit_ancestor u
                       where u.unit_id = r.unit_id and u.ancestor_id = $4)",
    )
    .bind(campaign.to_owned())
    .bind(form.to_owned())
    .bind(period.to_owned())
    .bind(top.to_owned())
    .fetch_all(conn)
    .await?;
    let read = |row: &AnyRow| -> Result<(String, Version), StorageError> {
        let id: String = row.try_get(8)?;
        let version = version(row, &id)?;
        Ok((id, version))
    };
    rows.iter().map(read).collect()
}

/// Begins a report with its first version.
pub async fn insert(
    tx: &mut Tx,
    permit: &Permit,
    it: &Report,
    version: &Version,
) -> Result<(), StorageError> {
    insert_rows(tx.conn(), REPORT, 11, std::slice::from_ref(&it), |query, it| {
        bound_report(query, it)
    })
    .await?;
    write_version(tx, &it.id, version).await?;
    step(tx, permit, it, None).await
}

/// A report's columns, as every statement that writes whole rows lists them.
const REPORT: &str =
    "insert into report (id, campaign_id, form, unit_id, period, due_on, state,
    version, submitted_at, first_submitted_at, record_id) values ";

fn bound_report<'q>(query: AnyQuery<'q>, it: &Report) -> AnyQuery<'q> {
    query
        .bind(it.id.clone())
        .bind(it.campaign.clone())
        .bind(it.form.clone())
        .bind(it.unit.clone())
        .bind(it.period.clone())
        .bind(it.due_on.clone())
        .bind(it.state.code())
        .bind(it.version)
        .bind(it.submitted_at)
        .bind(it.first_submitted_at)
        .bind(it.record.clone())
}

/// The same of a version.
const VERSION: &str = "insert into report_version (report_id, version, fields, filled, note,
    signed_by, signed_at, created_by, created_at) values ";

/// A version as it is written.
struct Written<'a> {
    report: &'a str,
    it: &'a Version,
    fields: String,
    filled: String,
    /// Accounts.
    signed_by: Option<&'a str>,
    created_by: Option<&'a str>,
}

impl<'a> Written<'a> {
    fn of(
        report: &'a str,
        it: &'a Version,
        (signed_by, created_by): (Option<&'a str>, Option<&'a str>),
    ) -> Result<Self, StorageError> {
        let (fields, filled) = (json(&it.fields)?, json(&it.filled)?);
        Ok(Self { report, it, fields, filled, signed_by, created_by })
    }
}

fn bound_version<'q>(query: AnyQuery<'q>, row: &Written<'_>) -> AnyQuery<'q> {
    query
        .bind(row.report.to_owned())
        .bind(row.it.version)
        .bind(row.fields.clone())
        .bind(row.filled.clone())
        .bind(row.it.note.clone())
        .bind(row.signed_by.map(str::to_owned))
        .bind(row.it.signed_at)
        .bind(row.created_by.map(str::to_owned))
        .bind(row.it.created_at)
}

/// Writes the text of a version: a new one, or a draft over its own draft.
pub async fn save_version(
    tx: &mut Tx,
    permit: &Permit,
    it: &Report,
    version: &Version,
) -> Result<(), StorageError> {
    write_version(tx, &it.id, version).await?;
    let object = format!("report/{}", it.id);
    let detail = format!("version {} {}", version.version, digest(&version.fields)?);
    tx.audit(permit, "edit", Change { object: &object, detail });
    Ok(())
}

async fn write_version(tx: &mut Tx, report: &str, it: &Version) -> Result<(), StorageError> {
    let row = Written::of(report, it, (it.signed_by.as_deref(), it.created_by.as_deref()))?;
    let tail = "on conflict (report_id, version) do update set fields = excluded.fields,
        filled = excluded.filled, note = excluded.note, signed_by = excluded.signed_by,
        signed_at = excluded.signed_at";
    insert_rows_with(tx.conn(), VERSION, tail, 9, &[row], bound_version).await?;
    Ok(())
}

/// Keeps the state that a step led to; conflicts if somebody else was first.
pub async fn save_state(
    tx: &mut Tx,
    permit: &Permit,
    it: &Report,
    reason: Option<&str>,
) -> Result<(), StorageError> {
    let done = sqlx::query(
        "update report set state = $1, version = $2, submitted_at = $3, first_submitted_at = $4,
            record_id = $5, revision = revision + 1
         where id = $6 and revision = $7",
    )
    .bind(it.state.code().to_owned())
    .bind(it.version)
    .bind(it.submitted_at)
    .bind(it.first_submitted_at)
    .bind(it.record.clone())
    .bind(it.id.clone())
    .bind(it.revision)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "report", id: it.id.clone() });
    }
    step(tx, permit, it, reason).await
}

async fn step(
    tx: &mut Tx,
    permit: &Permit,
    it: &Report,
    reason: Option<&str>,
) -> Result<(), StorageError> {
    let at = tx.at();
    sqlx::query(
        "insert into report_step (report_id, step, state, version, at, account_id, reason)
         select $1, coalesce(max(step), 0) + 1, $2, $3, $4, $5, $6
         from report_step where report_id = $1",
    )
    .bind(it.id.clone())
    .bind(it.state.code().to_owned())
    .bind(it.version)
    .bind(at)
    .bind(permit.account().map(str::to_owned))
    .bind(reason.map(str::to_owned))
    .execute(tx.conn())
    .await?;
    let object = format!("report/{}", it.id);
    let detail = format!("version {} {}", it.version, reason.unwrap_or_default());
    tx.audit(permit, it.state.code(), Change { object: &object, detail });
    Ok(())
}

/// All versions, the newest first.
pub async fn versions(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Vec<Version>, StorageError> {
    let rows = sqlx::query(
        "select v.version, v.fields, v.filled, v.note, a.display_name, v.signed_at, b.display_name,
            v.created_at
         from report_version v
         left join account a on a.id = v.signed_by
         left join account b on b.id = v.created_by
         where v.report_id = $1 order by v.version desc limit 200",
    )
    .bind(id.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| version(row, id)).collect()
}

pub async fn steps(conn: &mut AnyConnection, id: &str) -> Result<Vec<StepTaken>, StorageError> {
    let rows = sqlx::query(
        "select s.state, s.version, s.at, a.display_name, s.reason
         from report_step s left join account a on a.id = s.account_id
         where s.report_id = $1 order by s.step",
    )
    .bind(id.to_owned())
    .fetch_all(conn)
    .await?;
    let taken = |row: &AnyRow| -> Result<StepTaken, StorageError> {
        Ok(StepTaken {
            state: state(row.try_get(0)?, id)?,
            version: row.try_get(1)?,
            at: row.try_get(2)?,
            account_name: row.try_get(3)?,
            reason: row.try_get(4)?,
        })
    };
    rows.iter().map(taken).collect()
}

/// What was done of one activity in some days, at a unit and below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub activity: String,
    pub records: i64,
    /// The sum of their counts.
    pub times: i64,
    pub units: i64,
    pub present: i64,
}

/// The records that count, by activity: the matter of the form's first field.
pub async fn done_between(
    conn: &mut AnyConnection,
    unit: &str,
    from: &str,
    until: &str,
) -> Result<Vec<Done>, StorageError> {
    let rows = sqlx::query(
        "select r.activity, count(*), cast(sum(r.count) as bigint), count(distinct r.unit_id),
            cast(coalesce(sum(r.present_count), 0) as bigint)
         from unit_ancestor a join record r on r.unit_id = a.unit_id
         where a.ancestor_id = $1 and r.acted_on >= $2 and r.acted_on <= $3
           and r.status in ('submitted', 'accepted')
         group by r.activity order by 2 desc, 1",
    )
    .bind(unit.to_owned())
    .bind(from.to_owned())
    .bind(until.to_owned())
    .fetch_all(conn)
    .await?;
    let done = |row: &AnyRow| -> Result<Done, StorageError> {
        Ok(Done {
            activity: row.try_get(0)?,
            records: row.try_get(1)?,
            times: row.try_get(2)?,
            units: row.try_get(3)?,
            present: row.try_get(4)?,
        })
    };
    rows.iter().map(done).collect()
}

fn json(fields: &Fields) -> Result<String, StorageError> {
    serde_json::to_string(fields).map_err(|_| StorageError::Inconsistent {
        table: "report_version",
        column: "fields",
        id: String::new(),
    })
}

fn digest(fields: &Fields) -> Result<String, StorageError> {
    use sha2::Digest as _;
    Ok(crate::audit::hex(&sha2::Sha256::digest(json(fields)?.as_bytes())))
}

fn state(code: String, id: &str) -> Result<State, StorageError> {
    State::from_code(&code).ok_or_else(|| StorageError::Inconsistent {
        table: "report",
        column: "state",
        id: id.to_owned(),
    })
}

fn report(row: &AnyRow) -> Result<Report, StorageError> {
    let id: String = row.try_get(0)?;
    Ok(Report {
        state: state(row.try_get(6)?, &id)?,
        campaign: row.try_get(1)?,
        form: row.try_get(2)?,
        unit: row.try_get(3)?,
        period: row.try_get(4)?,
        due_on: row.try_get(5)?,
        version: row.try_get(7)?,
        submitted_at: row.try_get(8)?,
        first_submitted_at: row.try_get(9)?,
        revision: row.try_get(10)?,
        record: row.try_get(11)?,
        id,
    })
}

fn version(row: &AnyRow, id: &str) -> Result<Version, StorageError> {
    let fields = |column: usize, name: &'static str| -> Result<Fields, StorageError> {
        let text: String = row.try_get(column)?;
        serde_json::from_str(&text).map_err(|_| StorageError::Inconsistent {
            table: "report_version",
            column: name,
            id: id.to_owned(),
        })
    };
    Ok(Version {
        version: row.try_get(0)?,
        fields: fields(1, "fields")?,
        filled: fields(2, "filled")?,
        note: row.try_get(3)?,
        signed_by: row.try_get(4)?,
        signed_at: row.try_get(5)?,
        created_by: row.try_get(6)?,
        created_at: row.try_get(7)?,
    })
}
