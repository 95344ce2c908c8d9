//! `[[target]]`: an indicator, a bound, and the day by which it must hold.

use crate::plan::catalogue;
use crate::plan::model::{Measured, Op, Target};
use crate::plan::reader::{At, Fields, Reader};

use super::Own;
use super::duty::indicator_code;
use super::head::{clause, within};

pub(super) fn read(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    own: &Own<'_>,
) -> Option<Target> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"网格群覆盖率\"");
    let clause = clause(reader, fields);
    let indicator = indicator_code(reader, fields, own);
    if !fields.has("indicator") && !reader.damaged {
        reader.error_allowing(
            fields.at,
            format!("{}缺少指标 `indicator`", fields.what),
            "例如：indicator = \"alliance-coverage\"",
        );
    }
    let bound = bound(reader, fields);
    let baseline = fields.whole(reader, "baseline", 1990..2101);
    let by = fields.date(reader, "by");
    if let Some(day) = &by {
        within(reader, &fields.what, day, own.bounds);
    }
    let note = fields.text(reader, "note");
    let unsure = fields.text(reader, "unsure");
    let bound = bound?;
    drop_has_baseline(reader, fields, &bound, baseline.is_some());
    let indicator = indicator?.value;
    value_fits(reader, fields, &indicator, &bound, own);
    Some(Target {
        id: id?.value,
        name: name?.value,
        clause: clause?,
        indicator,
        op: bound.op,
        value: bound.value.value,
        by: by.map(|day| day.value),
        baseline: baseline.map(|year| year.value as i16),
        note: note.map(|text| text.value),
        unsure: unsure.map(|text| text.value),
    })
}

struct Bound {
    op: Op,
    value: At<f64>,
    is_drop: bool,
}

const BOUNDS: &str = "写 at-least、at-most、equals、drop 之一";

fn bound(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Bound> {
    let ways =
        [("at-least", Op::Ge), ("at-most", Op::Le), ("equals", Op::Eq), ("drop", Op::Ge)];
    let mut found: Option<Bound> = None;
    let mut written = 0;
    for (key, op) in ways {
        let value = fields.number(reader, key);
        written += usize::from(fields.has(key));
        let Some(value) = value else { continue };
        if found.is_some() {
            reader.error_allowing(value.at, format!("{}写了两个界限", fields.what), BOUNDS);
            continue;
        }
        found = Some(Bound { op, value, is_drop: key == "drop" });
    }
    if written == 0 && !reader.damaged {
        reader.error_allowing(fields.at, format!("{}没有界限", fields.what), BOUNDS);
    }
    found
}

fn drop_has_baseline(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    bound: &Bound,
    has_baseline: bool,
) {
    if bound.is_drop && !fields.has("baseline") {
        reader.error_allowing(
            bound.value.at,
            format!("{}写了降幅，没有基准年", fields.what),
            "加上 baseline，如 baseline = 2021",
        );
    }
    if has_baseline && !bound.is_drop {
        reader.error_allowing(
            fields.place("baseline"),
            format!("{}有基准年，界限须是降幅", fields.what),
            "写作 baseline = 2021 和 drop = 0.5",
        );
    }
}

fn value_fits(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    indicator: &str,
    bound: &Bound,
    own: &Own<'_>,
) {
    let own_one =
        || own.indicators.iter().find(|own| own.id == indicator).map(|own| own.measured);
    let measured = catalogue::indicator(indicator).map(|entry| entry.measured).or_else(own_one);
    let value = bound.value.value;
    let is_share = bound.is_drop || measured == Some(Measured::Ratio);
    if is_share && !(0.0..=1.0).contains(&value) {
        reader.error_allowing(
            bound.value.at,
            format!("{}的比率不能是 {value}", fields.what),
            "可用：0 到 1 的数，或写作 \"80%\"",
        );
    }
    if !is_share && value < 0.0 {
        reader.error_allowing(
            bound.value.at,
            format!("{}的数量不能是 {value}", fields.what),
            "可用：0 或更大的数",
        );
    }
}
