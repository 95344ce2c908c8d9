//! `[plan]` and `[[phase]]`.

use jiff::civil::Date;
use toml_edit::{Item, Table};

use crate::plan::model::{Head, Phase};
use crate::plan::reader::{At, Fields, Reader};

pub(super) fn read(reader: &mut Reader<'_>, root: &Table) -> Option<Head> {
    let Some(table) = root.get("plan").and_then(Item::as_table_like) else {
        let at = root.get("plan").and_then(Item::span).map_or(0, |span| span.start);
        if !reader.damaged {
            reader.error_allowing(
                at,
                "缺少 [plan] 部分",
                "以 [plan] 开头，写 id、name、issuer、from、until",
            );
        }
        return None;
    };
    let at = root.get("plan").and_then(Item::span).map_or(0, |span| span.start);
    let place = reader.position(at);
    reader.places.note("plan", "", place);
    let mut fields = Fields::new("方案", table, at);
    let head = read_fields(reader, &mut fields);
    fields.finish(reader);
    head
}

fn read_fields(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Head> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"某区教育系统防范电信网络诈骗方案\"");
    let issuer = fields.required_text(reader, "issuer", "\"某区教育局\"");
    let document = fields.text(reader, "document");
    let from = fields.required_date(reader, "from");
    let until = fields.required_date(reader, "until");
    let in_force = fields.date(reader, "in-force");
    let version = fields.whole(reader, "version", 1..10_000);
    let adopts = fields.text(reader, "adopts");
    let note = fields.text(reader, "note");
    ordered(reader, &fields.what, from.as_ref(), until.as_ref());
    let (from, until) = (from?.value, until?.value);
    if let Some(day) = &in_force
        && (day.value < from || day.value > until)
    {
        reader.error_allowing(
            day.at,
            format!("生效日 {} 不在方案期限内", day.value),
            format!("可用：{from} 到 {until}"),
        );
    }
    let version_number = version.as_ref().map_or(1, |version| version.value as u32);
    if version_number > 1 && in_force.is_none() {
        fields.missing(reader, "in-force", "2023-03-01");
    }
    let id = id?;
    if adopts.as_ref().is_some_and(|adopted| adopted.value == id.value) {
        reader.error(fields.place("adopts"), "方案不能采用自己");
    }
    Some(Head {
        id: id.value,
        name: name?.value,
        issuer: issuer?.value,
        document: document.map(|text| text.value),
        from,
        until,
        in_force: in_force.map(|day| day.value),
        version: version_number,
        adopts: adopts.map(|text| text.value),
        note: note.map(|text| text.value),
    })
}

pub(super) fn phase(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    bounds: Option<(Date, Date)>,
) -> Option<Phase> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"攻坚突破\"");
    let clause = clause(reader, fields);
    let from = fields.required_date(reader, "from");
    let until = fields.required_date(reader, "until");
    let goals = fields.words(reader, "goals");
    ordered(reader, &fields.what, from.as_ref(), until.as_ref());
    for day in [&from, &until].into_iter().flatten() {
        within(reader, &fields.what, day, bounds);
    }
    Some(Phase {
        id: id?.value,
        name: name?.value,
        clause: clause?,
        from: from?.value,
        until: until?.value,
        goals: goals.into_iter().map(|goal| goal.value).collect(),
    })
}

/// The clause that an element was read from; every element has one.
pub(super) fn clause(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<String> {
    fields.required_text(reader, "clause", "\"三（一）1\"").map(|text| text.value)
}

pub(super) fn ordered(
    reader: &mut Reader<'_>,
    what: &str,
    from: Option<&At<Date>>,
    until: Option<&At<Date>>,
) {
    if let (Some(from), Some(until)) = (from, until)
        && from.value > until.value
    {
        reader.error_allowing(
            until.at,
            format!("{what}的结束日 {} 早于开始日 {}", until.value, from.value),
            "until 不得早于 from",
        );
    }
}

pub(super) fn within(
    reader: &mut Reader<'_>,
    what: &str,
    day: &At<Date>,
    bounds: Option<(Date, Date)>,
) {
    if let Some((from, until)) = bounds
        && (day.value < from || day.value > until)
    {
        reader.error_allowing(
            day.at,
            format!("{what}的日期 {} 超出方案期限", day.value),
            format!("可用：{from} 到 {until}"),
        );
    }
}
