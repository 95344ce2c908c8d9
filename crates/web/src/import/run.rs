//! Reading, planning and writing at the same time: one thread reads and plans,
//! the transaction writes what comes, and nothing stays unless all was sound.

use std::sync::Arc;

use campaign::access::Permit;
use jiff::civil::Date;
use office::roster::{
    CellProblem, Level, Mapping, Options, Reading, RosterFile, SheetState, Use,
};
use storage::people::{self, Move, Person};
use storage::{Change, StorageError, Store, Tx, organisation, post};

use super::known::Known;
use super::place::Places;
use super::plan::{Batch, Counts, Planner, RowProblem, overlay};
use crate::WebError;
use crate::jobs::Progress;
use crate::live::Tree;

/// A roster on its way in.
pub struct Import {
    pub file: RosterFile,
    pub mapping: Mapping,
    /// The unit whose people these are, or under which their schools stand.
    pub top: String,
    pub permit: Permit,
    pub today: Date,
    /// The instant of the change, in milliseconds.
    pub now: i64,
    /// False: only says what would change.
    pub write: bool,
    /// Rows that the preview counted; 0 if unknown.
    pub expected_rows: u64,
}

/// What an import came to.
pub struct Outcome {
    pub reading: Reading,
    pub counts: Counts,
    /// Whether it was written.
    pub written: bool,
}

/// Batches that wait for the writer: enough to keep both sides busy.
const WAITING: usize = 3;

/// So many new people change what the database should expect of its tables.
const MANY: u64 = 5_000;

/// Runs an import or its preview. All or nothing.
pub async fn run(
    store: &Store,
    tree: Arc<Tree>,
    it: Import,
    progress: Arc<Progress>,
) -> Result<Outcome, WebError> {
    let top = tree.get(&it.top).ok_or(WebError::NotFound)?.clone();
    // A preview only looks, and must not keep the one writer of SQLite from
    // everybody else.
    let mut tx = if it.write { Some(store.write(it.now).await?) } else { None };
    let school = tree.school_of(&it.top).map(|node| node.unit.id.clone());
    let scope = match (top.parent.is_none(), school) {
        (true, _) => None,
        (false, Some(school)) => Some(school),
        (false, None) => Some(it.top.clone()),
    };
    progress.set(0, it.expected_rows as i64, "正在核对已有人员");
    let known = Known::open(store.read().await?, Arc::clone(&tree), scope).await?;
    let (send, mut receive) = tokio::sync::mpsc::channel::<Batch>(WAITING);
    let sealer = store.sealer.clone();
    let Import { file, mapping, today, permit, write, expected_rows, .. } = it;
    let reader = tokio::task::spawn_blocking(move || -> Result<_, WebError> {
        let places = Places::new(&tree, &top.unit);
        let mut flush = |batch| send.blocking_send(batch).is_ok();
        let mut planner = Planner::new(known, places, &sealer, today, &mut flush);
        let options = Options { mapping, today: Some(today) };
        let reading = file
            .read(&options, &mut |row| planner.take(row))
            .map_err(|error| WebError::Invalid(error.to_string()))?;
        let (counts, problems) = planner.finish()?;
        Ok((with_problems(reading, &problems), counts))
    });
    let mut rows = 0_i64;
    let words = if write { "正在写入" } else { "正在检查" };
    while let Some(batch) = receive.recv().await {
        rows += batch.rows as i64;
        if let Some(tx) = &mut tx {
            write_batch(tx, &permit, batch, today).await?;
        }
        progress.set(rows, expected_rows as i64, words);
    }
    let read = reader.await.map_err(|error| WebError::Internal(error.to_string()))?;
    let (reading, counts) = read?;
    let mut written = false;
    if let Some(mut tx) = tx.filter(|_| reading.is_clean()) {
        written = true;
        let object = format!("unit/{}", permit.unit());
        let detail = format!(
            "花名册：新增 {}，变更 {}，未变 {}，监护人 {}",
            counts.new, counts.changed, counts.unchanged, counts.new_guardians
        );
        tx.audit(&permit, "import", Change { object: &object, detail });
        tx.commit().await?;
        if MANY < counts.new {
            store.look_over().await?;
        }
    }
    Ok(Outcome { reading, counts, written })
}

/// Enters what planning found into the file's own list of problems.
fn with_problems(mut reading: Reading, problems: &[RowProblem]) -> Reading {
    for problem in problems {
        let sheet = reading.sheets.iter().find(|sheet| sheet.name == problem.sheet);
        let columns = match sheet.map(|sheet| &sheet.state) {
            Some(SheetState::Read { columns, .. }) => columns.as_slice(),
            _ => &[],
        };
        let own = columns.iter().find(|column| column.used_as == Use::As(problem.field));
        let name = columns
            .iter()
            .find(|column| column.used_as == Use::As(office::roster::Field::Name));
        let column = own.or(name).map_or(0, |column| column.index);
        reading.problems.push(CellProblem {
            level: Level::Error,
            sheet: problem.sheet.clone(),
            row: problem.row,
            column,
            header: problem.field.label(),
            value: String::new(),
            message: problem.words.clone(),
        });
        reading.preview.rows_with_errors += 1;
    }
    reading
}

async fn write_batch(
    tx: &mut Tx,
    permit: &Permit,
    batch: Batch,
    today: Date,
) -> Result<(), WebError> {
    if !batch.units.is_empty() {
        organisation::insert_units_many(tx, permit, &batch.units).await?;
    }
    if !batch.people.is_empty() {
        people::insert_many(tx, permit, &batch.people).await?;
    }
    move_people(tx, permit, &batch.moved, today).await?;
    change_people(tx, permit, &batch.changed).await?;
    if !batch.pairs.is_empty() {
        people::insert_guardianships(tx, permit, &batch.pairs).await?;
    }
    if !batch.posts.is_empty() {
        post::insert_many(tx, permit, &batch.posts).await?;
    }
    Ok(())
}

async fn move_people(
    tx: &mut Tx,
    permit: &Permit,
    moved: &[Move],
    today: Date,
) -> Result<(), WebError> {
    if moved.is_empty() {
        return Ok(());
    }
    let until = today.yesterday().unwrap_or(today).to_string();
    let on = today.to_string();
    match people::transfer_many(tx, permit, moved, (&until, &on)).await {
        Err(StorageError::Conflict { .. }) => {
            Err(WebError::Conflict("导入期间有人员被修改，请重新导入。".to_owned()))
        }
        done => Ok(done?),
    }
}

async fn change_people(tx: &mut Tx, permit: &Permit, said: &[Person]) -> Result<(), WebError> {
    if said.is_empty() {
        return Ok(());
    }
    let sealer = tx.sealer().clone();
    let ids: Vec<String> = said.iter().map(|it| it.id.clone()).collect();
    let had = people::by_ids(tx.conn(), &sealer, &ids).await?;
    let by_id: std::collections::HashMap<&str, &Person> =
        said.iter().map(|it| (it.id.as_str(), it)).collect();
    let changed: Vec<Person> = had
        .into_iter()
        .filter_map(|had| {
            let said = by_id.get(had.id.as_str()).copied()?;
            Some(overlay(had, said))
        })
        .collect();
    people::save_many(tx, permit, &changed).await?;
    Ok(())
}
