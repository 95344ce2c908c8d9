//! The fields of a duty that say when: cadence, season, due date, event.

use crate::plan::catalogue;
use crate::plan::model::{Cadence, Due, EventTrigger, Season, YearKind};
use crate::plan::reader::{At, Fields, Reader, choices, code_list};
use crate::plan::word::parse_date;

use super::Own;
use super::head::{ordered, within};

/// The fields of a duty that say when.
pub(super) struct When {
    pub(super) year: Option<YearKind>,
    pub(super) from: Option<jiff::civil::Date>,
    pub(super) until: Option<jiff::civil::Date>,
    pub(super) season: Season,
    pub(super) due: Option<Due>,
    pub(super) event: Option<EventTrigger>,
}

impl When {
    pub(super) fn read(
        reader: &mut Reader<'_>,
        fields: &mut Fields<'_>,
        cadence: Option<Cadence>,
        own: &Own<'_>,
    ) -> Self {
        let year = year(reader, fields, cadence);
        let from = fields.date(reader, "from");
        let until = fields.date(reader, "until");
        ordered(reader, &fields.what, from.as_ref(), until.as_ref());
        for day in [&from, &until].into_iter().flatten() {
            within(reader, &fields.what, day, own.bounds);
        }
        let season = season(reader, fields, cadence);
        let due = due(reader, fields, cadence);
        if let Some(At { value: Due::On(day), at }) = due {
            let start =
                from.as_ref().map(|from| from.value).or(own.bounds.map(|(from, _)| from));
            within(reader, &fields.what, &At { value: day, at }, own.bounds);
            if let Some(start) = start
                && own.bounds.is_none_or(|(from, _)| start > from)
                && day < start
            {
                reader.error_allowing(
                    at,
                    format!("{}的截止日 {day} 早于开始日 {start}", fields.what),
                    "due 不得早于 from",
                );
            }
        }
        let event = event(reader, fields, cadence);
        Self {
            year,
            from: from.map(|day| day.value),
            until: until.map(|day| day.value),
            season,
            due: due.map(|due| due.value),
            event,
        }
    }
}

fn year(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    cadence: Option<Cadence>,
) -> Option<YearKind> {
    let year = fields.code(reader, "year", &code_list!(YearKind));
    match (cadence, year) {
        (Some(Cadence::Yearly), None) => Some(YearKind::Calendar),
        (Some(Cadence::Yearly), Some(year)) => Some(year.value),
        (Some(_), Some(year)) => {
            reader.error_allowing(
                year.at,
                format!("{}不是每年的任务，不能写 `year`", fields.what),
                "year 只用于 cadence = \"yearly\"",
            );
            None
        }
        _ => None,
    }
}

fn season(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    cadence: Option<Cadence>,
) -> Season {
    let Some(season) = fields.code(reader, "season", &code_list!(Season)) else {
        return Season::default();
    };
    if cadence == Some(Cadence::Term) && season.value == Season::Vacation {
        reader.error_allowing(
            season.at,
            format!("{}没有时段可做：学期里没有假期", fields.what),
            "每学期的任务用 in-term 或 always",
        );
    }
    season.value
}

/// Reads `month-20`, `+5d`, `+3w` or a date, and checks it against the cadence.
pub(super) fn due(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    cadence: Option<Cadence>,
) -> Option<At<Due>> {
    let item = fields.item("due")?;
    let due = if item.value.as_str().is_some_and(|text| parse_date(text).is_none()) {
        let word = fields.text(reader, "due")?;
        if let Some(due) = due_word(&word.value) {
            due
        } else {
            reader.error_allowing(
                    word.at,
                    format!("{}的 `due` 看不懂 `{}`", fields.what, word.value),
                    "可用：month-20（当月20日）、+5d（期满后5天）、+3w（期满后3个工作日）、日期（仅限一次性任务）",
                );
            return None;
        }
    } else {
        Due::On(fields.date(reader, "due")?.value)
    };
    let cadence = cadence?;
    let allowed = match cadence {
        Cadence::Monthly => "每月的任务可用 month-日、+天数d、+工作日数w",
        Cadence::Once => "一次性任务的 due 写日期，如 2023-02-28",
        Cadence::Event => "按事件的任务用 event 里的 within-days 写时限",
        Cadence::Continuous => "常态化任务没有截止日，删去 due",
        _ => "这种频次可用 +天数d、+工作日数w",
    };
    let fits = match due {
        Due::DayOfMonth(_) => cadence == Cadence::Monthly,
        Due::On(_) => cadence == Cadence::Once,
        Due::DaysAfter(_) | Due::WorkdaysAfter(_) => {
            !matches!(cadence, Cadence::Once | Cadence::Event | Cadence::Continuous)
        }
    };
    if !fits {
        let what = &fields.what;
        reader.error_allowing(
            item.at,
            format!("{what}的 `due` 与频次（{}）不合", cadence.chinese()),
            allowed,
        );
        return None;
    }
    Some(At { value: due, at: item.at })
}

fn due_word(word: &str) -> Option<Due> {
    if let Some(day) = word.strip_prefix("month-") {
        let day: u8 = plain_number(day)?;
        return (1..=31).contains(&day).then_some(Due::DayOfMonth(day));
    }
    let rest = word.strip_prefix('+')?;
    if let Some(days) = rest.strip_suffix('d') {
        return plain_number(days).filter(|days| *days <= 366).map(Due::DaysAfter);
    }
    let days = rest.strip_suffix('w')?;
    plain_number(days).filter(|days| *days <= 250).map(Due::WorkdaysAfter)
}

fn plain_number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn event(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    cadence: Option<Cadence>,
) -> Option<EventTrigger> {
    const EXAMPLE: &str = "{ name = \"case\", within-days = 3 }";
    let Some(At { value, at }) = fields.item("event") else {
        if cadence == Some(Cadence::Event) {
            fields.missing(reader, "event", EXAMPLE);
        }
        return None;
    };
    if cadence.is_some_and(|cadence| cadence != Cadence::Event) {
        let what = &fields.what;
        reader.error_allowing(
            at,
            format!("{what}不是按事件的任务，不能写 `event`"),
            "event 只用于 cadence = \"event\"",
        );
        return None;
    }
    let Some(table) = value.as_table_like() else {
        let what = &fields.what;
        reader.error_allowing(
            at,
            format!("{what}的 `event` 写法不对"),
            format!("写作 {EXAMPLE}"),
        );
        return None;
    };
    let mut inner = Fields::new(format!("{}的 event ", fields.what), table, at);
    let name = inner.required_text(reader, "name", "\"case\"");
    let within = inner.whole(reader, "within-days", 0..366);
    if !inner.has("within-days") {
        inner.missing(reader, "within-days", "3");
    }
    inner.finish(reader);
    let name = name?;
    let name_known = catalogue::entry(catalogue::EVENTS, &name.value).is_some();
    if !name_known && name.value.is_ascii() {
        let ids = catalogue::EVENTS.iter().map(|entry| entry.id);
        let allowed = format!("{}；也可写中文名称自定义", choices(&name.value, ids));
        reader.error_allowing(name.at, format!("不认识事件 `{}`", name.value), allowed);
        return None;
    }
    let canonical = catalogue::EVENTS.iter().find(|entry| entry.name == name.value);
    let name = canonical.map_or(name.value, |entry| entry.id.to_owned());
    Some(EventTrigger { name, within_days: within?.value as u16 })
}
