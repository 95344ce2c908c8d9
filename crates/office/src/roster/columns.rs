//! Which row holds the headers, and what each column under it means.

use super::cells::RawRow;
use super::field::{Field, Part, Said, Whose, said};
use super::problem::column_letter;
use super::{GUARDIANS_MAX, Mapping, Ordered};

/// A column of a sheet and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// From 0.
    pub index: u16,
    pub header: String,
    pub used_as: Use,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    As(Field),
    /// Nobody needs it: a row number.
    Serial,
    /// Its header is not known; the user may say what it is.
    Unknown,
    /// Another column already gives this field.
    Repeated,
    /// The user left it out.
    LeftOut,
}

impl Column {
    pub fn letter(&self) -> String {
        column_letter(self.index)
    }
}

/// The headers of a sheet: the row below which people begin.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    /// From 1; the lower one if headers take two rows.
    pub(crate) row: u32,
    pub(crate) columns: Vec<Column>,
}

/// The first rows of a sheet, as text.
pub(crate) struct HeadRow {
    pub(crate) number: u32,
    pub(crate) texts: Vec<String>,
}

impl HeadRow {
    pub(crate) fn of(raw: &RawRow<'_, '_>) -> Self {
        let texts = raw.cells.iter().map(|cell| cell.text().into_owned()).collect();
        Self { number: raw.number, texts }
    }
}

/// Headers stand within this many rows with cells.
pub(crate) const HEAD_ROWS: usize = 30;

/// Finds the headers among the first rows, or where the user says they are.
pub(crate) fn find_header(rows: &[HeadRow], sheet: &str, mapping: &Mapping) -> Option<Header> {
    let mut best: Option<(usize, Header)> = None;
    for (at, row) in rows.iter().enumerate() {
        let wanted = mapping.header_row(sheet);
        if wanted.is_some_and(|number| number != row.number) {
            continue;
        }
        let one = Header { row: row.number, columns: assign(&row.texts, mapping) };
        let two = rows.get(at + 1).and_then(|below| two_rows(row, below, mapping));
        for header in [Some(one), two].into_iter().flatten() {
            let score = score(&header.columns);
            if score > 0 && best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, header));
            }
        }
    }
    best.map(|(_, header)| header)
}

/// Known columns, if they are enough for a header: a name and one more.
fn score(columns: &[Column]) -> usize {
    let fields = || columns.iter().filter_map(field_of);
    let has_name = fields().any(|field| field == Field::Name);
    let n = fields().count();
    if has_name && n >= 2 { n } else { 0 }
}

pub(crate) fn field_of(column: &Column) -> Option<Field> {
    match column.used_as {
        Use::As(field) => Some(field),
        _ => None,
    }
}

/// Headers in two rows: 监护人1 over 姓名, 关系, 电话, or merged downwards.
fn two_rows(upper: &HeadRow, lower: &HeadRow, mapping: &Mapping) -> Option<Header> {
    let width = upper.texts.len().max(lower.texts.len());
    let text = |row: &HeadRow, at: usize| row.texts.get(at).cloned().unwrap_or_default();
    let mut group = String::new();
    let mut texts = Vec::with_capacity(width);
    let mut has_group = false;
    for at in 0..width {
        let (above, below) = (text(upper, at), text(lower, at));
        if !above.is_empty() {
            group.clone_from(&above);
        }
        // Data below a header is not a header.
        if !below.is_empty() && is_datum(&below) {
            return None;
        }
        let joined = format!("{group}{below}");
        let joins = matches!(said(&joined), Said::Guardian(..)) && !below.is_empty();
        has_group |= joins;
        texts.push(match (below.is_empty(), joins) {
            (true, _) => above,
            (false, true) => joined,
            (false, false) => below,
        });
    }
    has_group.then(|| Header { row: lower.number, columns: assign(&texts, mapping) })
}

fn is_datum(text: &str) -> bool {
    said(text) == Said::Unknown && text.chars().any(|c| c.is_ascii_digit())
}

/// Gives every header of a row its meaning, asking its neighbours.
fn assign(texts: &[String], mapping: &Mapping) -> Vec<Column> {
    let sayings: Vec<Said> = texts
        .iter()
        .map(|text| match mapping.of_header(text) {
            Ordered::As(field) => Said::Field(field),
            _ => said(text),
        })
        .collect();
    let mut guardians = Guardians::default();
    let knows_guardians = sayings.iter().any(|said| matches!(said, Said::Guardian(..)));
    let mut columns: Vec<Column> = Vec::new();
    let mut open_phones: Vec<usize> = Vec::new();
    for (index, (text, said)) in texts.iter().zip(&sayings).enumerate() {
        let header = text.trim().to_owned();
        if header.is_empty() {
            continue;
        }
        let used_as = if mapping.of_header(text) == Ordered::LeftOut {
            Use::LeftOut
        } else {
            match said {
                Said::Field(field) => Use::As(*field),
                Said::Guardian(whose, part) => guardians.take(*whose, *part),
                Said::AnyPhone if knows_guardians => {
                    let beside = guardians.phone_beside(&columns);
                    if beside.is_none() {
                        open_phones.push(columns.len());
                    }
                    Use::As(beside.unwrap_or(Field::Phone))
                }
                Said::AnyPhone => Use::As(Field::Phone),
                Said::AnyRelation => guardians.relation(),
                Said::Serial => Use::Serial,
                Said::Unknown => Use::Unknown,
            }
        };
        columns.push(Column { index: index as u16, header, used_as });
    }
    guardians.claim_phone(&mut columns, &open_phones);
    mark_repeated(&mut columns);
    columns
}

/// Which guardians the headers have named so far.
#[derive(Default)]
struct Guardians {
    slots: Vec<Slot>,
}

struct Slot {
    whose: Whose,
    parts: Vec<Part>,
}

impl Guardians {
    fn take(&mut self, whose: Whose, part: Part) -> Use {
        if part == Part::Other {
            return Use::Unknown;
        }
        // 监护人姓名 a second time is a second guardian.
        let last = self.slots.iter().rposition(|slot| {
            slot.whose == whose && !(whose == Whose::Any && slot.parts.contains(&part))
        });
        let at = last.unwrap_or_else(|| {
            self.slots.push(Slot { whose, parts: Vec::new() });
            self.slots.len() - 1
        });
        self.fill(at, part)
    }

    fn fill(&mut self, at: usize, part: Part) -> Use {
        if at >= GUARDIANS_MAX {
            return Use::Unknown;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            slot.parts.push(part);
        }
        Use::As(match part {
            Part::Name | Part::Other => Field::GuardianName(at as u8),
            Part::Relation => Field::GuardianRelation(at as u8),
            Part::Phone => Field::GuardianPhone(at as u8),
        })
    }

    fn relation(&mut self) -> Use {
        match self.slots.iter().rposition(|slot| !slot.parts.contains(&Part::Relation)) {
            Some(at) => self.fill(at, Part::Relation),
            None => self.take(Whose::Any, Part::Relation),
        }
    }

    /// A phone right after a guardian who has none yet is that guardian's.
    fn phone_beside(&mut self, columns: &[Column]) -> Option<Field> {
        let at = match columns.last().and_then(field_of)? {
            Field::GuardianName(at) | Field::GuardianRelation(at) => usize::from(at),
            _ => return None,
        };
        let is_free = self.slots.get(at).is_some_and(|slot| !slot.parts.contains(&Part::Phone));
        match is_free.then(|| self.fill(at, Part::Phone))? {
            Use::As(field) => Some(field),
            _ => None,
        }
    }

    /// 监护人, 住址, 电话: if no guardian has a phone, the only phone is the
    /// first guardian's.
    fn claim_phone(&mut self, columns: &mut [Column], open_phones: &[usize]) {
        let has_phone = self.slots.iter().any(|slot| slot.parts.contains(&Part::Phone));
        let [only] = open_phones else { return };
        if has_phone || self.slots.is_empty() {
            return;
        }
        if let Some(column) = columns.get_mut(*only) {
            column.used_as = self.fill(0, Part::Phone);
        }
    }
}

fn mark_repeated(columns: &mut [Column]) {
    let mut seen: Vec<Field> = Vec::new();
    for column in columns {
        let Some(field) = field_of(column) else { continue };
        if seen.contains(&field) {
            column.used_as = Use::Repeated;
        } else {
            seen.push(field);
        }
    }
}

/// The relation that a header itself names: 父亲电话 is the father's.
pub(crate) fn implied_relation(columns: &[Column], guardian: u8) -> Option<&'static str> {
    columns.iter().find_map(|column| {
        let is_theirs = matches!(
            field_of(column)?,
            Field::GuardianName(n) | Field::GuardianPhone(n) if n == guardian
        );
        match said(&column.header) {
            Said::Guardian(Whose::Father, _) if is_theirs => Some("父亲"),
            Said::Guardian(Whose::Mother, _) if is_theirs => Some("母亲"),
            _ => None,
        }
    })
}
