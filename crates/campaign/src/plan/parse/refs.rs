//! What elements say about each other: ids that are used twice, and references
//! to ids that do not exist.

use rustc_hash::{FxHashMap, FxHashSet};
use toml_edit::{Item, Table, TableLike, Value};

use crate::plan::catalogue;
use crate::plan::model::Cadence;
use crate::plan::reader::{At, Reader, choices};

use super::{section_name, tables};

pub(super) fn check(reader: &mut Reader<'_>, root: &Table) {
    duplicates(reader, root);
    // An adopting plan may name what only the superior's file has; `check`
    // looks at those once the two are put together.
    let adopts = root
        .get("plan")
        .and_then(Item::as_table_like)
        .is_some_and(|plan| plan.contains_key("adopts"));
    if !adopts && !reader.damaged {
        phases(reader, root);
        references(reader, root);
    }
}

/// Duties and targets share one name space, since criteria and scores may name
/// either.
fn duplicates(reader: &mut Reader<'_>, root: &Table) {
    for group in [
        &["duty", "target"][..],
        &["phase"],
        &["post"],
        &["team"],
        &["report"],
        &["honour"],
        &["score"],
        &["key-period"],
        &["audience"],
        &["indicator"],
    ] {
        let mut all: Vec<(&str, usize, &str)> = Vec::new();
        for section in group {
            let key = if *section == "post" { "post" } else { "id" };
            for At { value: table, at } in quiet_tables(root, section) {
                let Some(item) = table.get(key) else { continue };
                let Some(id) = item.as_str() else { continue };
                all.push((id, item.span().map_or(at, |span| span.start), section));
            }
        }
        // The later one in the file is the one too many.
        all.sort_by_key(|(_, at, _)| *at);
        let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
        for (id, at, section) in all {
            if let Some(first) = seen.get(id) {
                let (line, _) = reader.position(*first);
                reader.error_allowing(
                    at,
                    format!("{}编号 `{id}` 重复", section_name(section)),
                    format!("第{line}行已用过，换一个编号"),
                );
            } else {
                seen.insert(id, at);
            }
        }
    }
}

/// A duty per phase in a plan without phases.
fn phases(reader: &mut Reader<'_>, root: &Table) {
    if root.get("phase").is_some() {
        return;
    }
    for At { value: table, at } in quiet_tables(root, "duty") {
        let Some(cadence) = table.get("cadence") else { continue };
        if cadence.as_str() == Some(Cadence::Phase.code()) {
            let at = cadence.span().map_or(at, |span| span.start);
            reader.error_allowing(
                at,
                "方案没有阶段，不能按阶段要求",
                "先写 [[phase]]，或改频次",
            );
        }
    }
}

fn references(reader: &mut Reader<'_>, root: &Table) {
    let names = Names::of(root);
    let lists: [(&str, &str, Scope); 8] = [
        ("post", "duty", Scope::Duties),
        ("responsibility", "duties", Scope::Duties),
        ("responsibility", "key-periods", Scope::KeyPeriods),
        ("report", "duty", Scope::Duties),
        ("honour", "revoked-by", Scope::Facts),
        ("score", "on", Scope::Facts),
        ("key-period", "duties", Scope::Duties),
        ("honour", "criteria", Scope::Facts),
    ];
    for (section, field, scope) in lists {
        for At { value: table, at } in quiet_tables(root, section) {
            let Some(item) = table.get(field) else { continue };
            for word in words_of(item, at, field == "criteria") {
                if !names.knows(scope, &word.value) {
                    let known = names.list(scope);
                    reader.error_allowing(
                        word.at,
                        format!(
                            "{}的 `{field}` 引用了不存在的 `{}`",
                            section_name(section),
                            word.value
                        ),
                        choices(&word.value, known.iter().copied()),
                    );
                }
            }
        }
    }
}

/// What a reference may point at.
#[derive(Debug, Clone, Copy)]
enum Scope {
    Duties,
    KeyPeriods,
    /// Duties, targets, indicators, honours, reports and events.
    Facts,
}

struct Names<'t> {
    duties: FxHashSet<&'t str>,
    key_periods: FxHashSet<&'t str>,
    facts: FxHashSet<&'t str>,
}

impl<'t> Names<'t> {
    fn of(root: &'t Table) -> Self {
        let duties = ids(root, "duty");
        let mut facts = duties.clone();
        for section in ["target", "indicator", "honour", "report"] {
            facts.extend(ids(root, section));
        }
        Self { duties, key_periods: ids(root, "key-period"), facts }
    }

    fn knows(&self, scope: Scope, id: &str) -> bool {
        match scope {
            Scope::Duties => self.duties.contains(id),
            Scope::KeyPeriods => self.key_periods.contains(id),
            Scope::Facts => {
                self.facts.contains(id)
                    || catalogue::indicator(id).is_some()
                    || catalogue::entry(catalogue::EVENTS, id).is_some()
            }
        }
    }

    /// What is offered: the plan's own ids, and the events for facts.
    fn list(&self, scope: Scope) -> Vec<&str> {
        let mut list: Vec<&str> = match scope {
            Scope::Duties => self.duties.iter().copied().collect(),
            Scope::KeyPeriods => self.key_periods.iter().copied().collect(),
            Scope::Facts => {
                let events = catalogue::EVENTS.iter().map(|entry| entry.id);
                self.facts.iter().copied().chain(events).collect()
            }
        };
        list.sort_unstable();
        list
    }
}

fn ids<'t>(root: &'t Table, section: &str) -> FxHashSet<&'t str> {
    quiet_tables(root, section)
        .into_iter()
        .filter_map(|table| table.value.get("id").and_then(Item::as_str))
        .collect()
}

/// The tables of a section without complaints: they were made already.
fn quiet_tables<'t>(root: &'t Table, section: &str) -> Vec<At<&'t dyn TableLike>> {
    tables(&mut Reader::new("", ""), root, section)
}

/// The words of a field: a text, a list of texts, or the `fact` of each row.
fn words_of(item: &Item, at: usize, facts_only: bool) -> Vec<At<String>> {
    let place = |span: Option<std::ops::Range<usize>>| span.map_or(at, |span| span.start);
    if let Some(text) = item.as_str() {
        return vec![At { value: text.to_owned(), at: place(item.span()) }];
    }
    let of_table = |table: &dyn TableLike| {
        let fact = table.get("fact")?;
        Some(At { value: fact.as_str()?.to_owned(), at: place(fact.span()) })
    };
    if let Some(tables) = item.as_array_of_tables() {
        return tables.iter().filter_map(|table| of_table(table)).collect();
    }
    let Some(array) = item.as_array() else { return Vec::new() };
    // Bare texts are references everywhere but among criteria.
    array
        .iter()
        .filter_map(|value| match value {
            Value::InlineTable(table) => of_table(table),
            Value::String(text) if !facts_only => {
                Some(At { value: text.value().clone(), at: place(value.span()) })
            }
            _ => None,
        })
        .collect()
}
