//! From the text of a plan file to a [`Plan`], or to everything that is wrong
//! with it.

mod by;
mod duty;
mod head;
mod parts;
mod refs;
mod syntax;
mod target;
mod when;

use toml_edit::{Item, TableLike};

use super::finding::{Finding, Places};
use super::model::Plan;
use super::reader::{At, Fields, Reader, choices};

/// Reads a plan. A plan that comes back is consistent; otherwise every error
/// is told, in the order of the file.
pub fn parse(text: &str, file_name: &str) -> Result<Plan, Vec<Finding>> {
    parse_placed(text, file_name).map(|(plan, _)| plan)
}

/// As [`parse`], with the place of each element for later findings.
pub fn parse_placed(text: &str, file_name: &str) -> Result<(Plan, Places), Vec<Finding>> {
    let mut reader = Reader::new(text, file_name);
    let plan = syntax::document(&mut reader, text)
        .and_then(|document| read_plan(&mut reader, document.as_table()));
    match plan {
        Some(plan) if reader.findings.is_empty() => Ok((plan, reader.places)),
        _ => {
            let mut findings = reader.findings;
            findings.sort_by_key(|finding| (finding.line, finding.column));
            findings.dedup();
            Err(findings)
        }
    }
}

const SECTIONS: &[&str] = &[
    "plan",
    "phase",
    "duty",
    "target",
    "post",
    "team",
    "responsibility",
    "report",
    "honour",
    "score",
    "key-period",
    "audience",
    "indicator",
];

fn read_plan(reader: &mut Reader<'_>, root: &toml_edit::Table) -> Option<Plan> {
    unknown_sections(reader, root);
    let head = head::read(reader, root);
    let bounds = head.as_ref().map(|head| (head.from, head.until));
    let audiences = read_all(reader, root, "audience", parts::audience);
    let indicators = read_all(reader, root, "indicator", parts::indicator);
    let posts = read_all(reader, root, "post", parts::post);
    let phases =
        read_all(reader, root, "phase", |reader, fields| head::phase(reader, fields, bounds));
    let own = Own { audiences: &audiences, indicators: &indicators, posts: &posts, bounds };
    let duties =
        read_all(reader, root, "duty", |reader, fields| duty::read(reader, fields, &own));
    let targets =
        read_all(reader, root, "target", |reader, fields| target::read(reader, fields, &own));
    let teams =
        read_all(reader, root, "team", |reader, fields| parts::team(reader, fields, &own));
    let responsibilities = read_all(reader, root, "responsibility", |reader, fields| {
        parts::responsibility(reader, fields, &own)
    });
    let reports =
        read_all(reader, root, "report", |reader, fields| parts::report(reader, fields, &own));
    let honours = read_all(reader, root, "honour", parts::honour);
    let scoring = read_all(reader, root, "score", parts::score);
    let key_periods = read_all(reader, root, "key-period", parts::key_period);
    refs::check(reader, root);
    Some(Plan {
        head: head?,
        phases,
        duties,
        targets,
        posts,
        teams,
        responsibilities,
        reports,
        honours,
        scoring,
        key_periods,
        audiences,
        indicators,
    })
}

/// What the plan itself adds to the catalogues, and its dates if they are known.
struct Own<'p> {
    audiences: &'p [super::model::AudienceDef],
    indicators: &'p [super::model::IndicatorDef],
    posts: &'p [super::model::PostWanted],
    bounds: Option<(jiff::civil::Date, jiff::civil::Date)>,
}

fn unknown_sections(reader: &mut Reader<'_>, root: &toml_edit::Table) {
    for (key, item) in root {
        if SECTIONS.contains(&key) {
            continue;
        }
        let key_at = root.key(key).and_then(toml_edit::Key::span).map(|span| span.start);
        let at = key_at.or_else(|| item.span().map(|span| span.start)).unwrap_or(0);
        reader.error_allowing(
            at,
            format!("方案文件没有 `{key}` 这一部分"),
            choices(key, SECTIONS.iter().copied()),
        );
    }
}

/// Reads every `[[section]]`. Those with errors are left out; the errors stay.
fn read_all<T>(
    reader: &mut Reader<'_>,
    root: &toml_edit::Table,
    section: &'static str,
    mut read: impl FnMut(&mut Reader<'_>, &mut Fields<'_>) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for At { value: table, at } in tables(reader, root, section) {
        let id = table.get("id").or_else(|| table.get("post")).and_then(Item::as_str);
        let what = match id {
            Some(id) => format!("{} {id} ", section_name(section)),
            None => section_name(section).to_owned(),
        };
        let id = id.unwrap_or("");
        let place = reader.position(at);
        reader.places.note(section, id, place);
        let mut fields = Fields::new(what, table, at);
        if let Some(one) = read(reader, &mut fields) {
            all.push(one);
        }
        fields.finish(reader);
    }
    all
}

/// The tables of a section, however they are written.
fn tables<'t>(
    reader: &mut Reader<'_>,
    root: &'t toml_edit::Table,
    section: &str,
) -> Vec<At<&'t dyn TableLike>> {
    let Some(item) = root.get(section) else { return Vec::new() };
    let start = item.span().map_or(0, |span| span.start);
    if let Some(tables) = item.as_array_of_tables() {
        return tables
            .iter()
            .map(|table| At {
                at: table.span().map_or(start, |span| span.start),
                value: table as &dyn TableLike,
            })
            .collect();
    }
    if let Some(array) = item.as_array() {
        let inline = array.iter().filter_map(|value| {
            let table = value.as_inline_table()?;
            let at = value.span().map_or(start, |span| span.start);
            Some(At { value: table as &dyn TableLike, at })
        });
        let inline: Vec<_> = inline.collect();
        if inline.len() == array.len() {
            return inline;
        }
    }
    reader.error_allowing(
        start,
        format!("`{section}` 的写法不对"),
        format!("每一项以 [[{section}]] 开头"),
    );
    Vec::new()
}

pub(super) fn section_name(section: &str) -> &'static str {
    match section {
        "phase" => "阶段",
        "duty" => "任务",
        "target" => "目标",
        "post" => "岗位",
        "team" => "工作组",
        "responsibility" => "职责",
        "report" => "报送",
        "honour" => "创建",
        "score" => "考核项",
        "key-period" => "重点时段",
        "audience" => "对象",
        "indicator" => "指标",
        _ => "方案",
    }
}
