//! One month of a form below a unit: who has handed in and who has not.

use axum::response::Response;
use campaign::access::Action;
use campaign::collation::title_key;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use storage::report::Report;

use super::{Asked, code, state_tag};
use crate::export::{self, Known, Row, Wanted};
use crate::layout::{Tone, bar, field, options};
use crate::live::Tree;
use crate::paging::Turn;
use crate::reports::desk::{self, Form};
use crate::reports::month::{self as months, Month, Owing};
use crate::reports::{href, month, month_code};
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{App, AppState, WebError, path, text};

const PAGE: usize = 50;
const KEYS: &[Key] = &[
    rising("place", "顺序"),
    rising("unit", "单位"),
    rising("state", "状态"),
    rising("first", "首次报送"),
    falling("version", "版本"),
];

/// The month that people are busy with: the newest that is over or due. On the
/// tenth that is last month's, not the one that has just begun.
fn busy_with(form: &Form, today: Date) -> Option<Date> {
    let all = desk::months(form, today);
    let is_over = |month: &&Date| month.saturating_add(1.month()) <= today;
    let is_due = |month: &&Date| form.due_on(**month) <= today;
    all.iter().find(|month| is_over(month) || is_due(month)).or_else(|| all.first()).copied()
}

fn chosen(form: &Form, asked: &Asked, today: Date) -> Result<Date, WebError> {
    match asked.month.as_str() {
        "" => Ok(busy_with(form, today).unwrap_or(today)),
        code => month(code),
    }
}

async fn read(app: &App, form: &Form, unit: &str, month: Date) -> Result<Month, WebError> {
    let tree = app.live.tree();
    let mut conn = app.store.read().await?;
    months::below(&mut conn, &tree, form, (unit, month)).await
}

/// The rows that fit, in the order asked for.
fn narrow<'a>(tree: &Tree, month: &'a Month, asked: &Asked) -> Vec<&'a Owing> {
    let search = asked.q.trim();
    let mut rows: Vec<&Owing> = month
        .rows
        .iter()
        .filter(|it| fits(it.report.as_ref(), &asked.state))
        .filter(|it| search.is_empty() || tree.full_name(&it.unit).contains(search))
        .collect();
    let sort = Sort::read(&asked.sort, KEYS);
    match sort.code {
        "unit" => sort.rows(&mut rows, |it| title_key(&tree.full_name(&it.unit))),
        "state" => sort.rows(&mut rows, |it| it.report.as_ref().map(|it| it.state.code())),
        "first" => sort.rows(&mut rows, |it| {
            it.report.as_ref().and_then(|it| it.first_submitted_at).unwrap_or(i64::MAX)
        }),
        "version" => sort.rows(&mut rows, |it| it.report.as_ref().map_or(0, |it| it.version)),
        _ if sort.descending => rows.reverse(),
        _ => {}
    }
    rows
}

pub(super) async fn part(
    app: &App,
    who: &SignedIn,
    (form, unit): (&Form, &str),
    asked: &Asked,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let today = app.clock.today();
    let chosen = chosen(form, asked, today)?;
    let status = read(app, form, unit, chosen).await?;
    if status.rows.is_empty() {
        return Ok(html! {});
    }
    let period = month_code(chosen);
    let rows = narrow(&tree, &status, asked);
    let first = asked.at.offset(PAGE, rows.len());
    let turn = Turn::of(first, PAGE, rows.len());
    let form_code = code(form);
    let narrowing = [
        ("unit", unit),
        ("form", form_code.as_str()),
        ("month", period.as_str()),
        ("state", asked.state.as_str()),
        ("q", asked.q.trim()),
    ];
    let sort = Sort::read(&asked.sort, KEYS);
    let heads = Heads { base: path::REPORTS, pairs: &narrowing, keys: KEYS, sort };
    let order = sort.text();
    let mut pairs = narrowing.to_vec();
    pairs.push(("sort", &order));
    let collation = path::with_query("/reports/collation", &narrowing[..3]);
    let may_export = tree.permit(&who.actor, Action::Export, unit).is_ok();
    Ok(html! {
        section.card {
            div.heading {
                h2 { (period) " 下级报送情况" }
                div.actions {
                    @if may_export { (export::button(&export::href(path::REPORTS, &pairs))) }
                    a.button.quiet href=(format!("{collation}&format=docx")) { "汇总表 Word" }
                    a.button.quiet href=(format!("{collation}&format=xlsx")) { "汇总表 Excel" }
                }
            }
            div.grid.five {
                (figure("应报", &status.all.due.to_string()))
                (figure("已报", &status.all.handed_in.to_string()))
                (figure("已接收", &status.all.accepted.to_string()))
                div { p.muted { "报送率" } (bar(status.all.share(), None, Tone::Calm)) }
                div { p.muted { "按时率" } (bar(status.all.timely(), None, Tone::Calm)) }
            }
            (filter_form(form, (&narrowing, &heads), asked, today))
        }
        section.card.flush {
            table.stack {
                caption { "共 " (rows.len()) " 个单位，截止 " (status.due) }
                thead { tr {
                    (heads.th("unit")) (heads.th("state")) (heads.th("first"))
                    (heads.th("version")) th { "操作" }
                } }
                tbody {
                    @for it in rows.iter().skip(first).take(PAGE) {
                        @let report = it.report.as_ref();
                        tr {
                            td data-label="单位" { (tree.full_name(&it.unit)) }
                            td data-label="状态" { (state_tag(report, status.due, today)) }
                            td data-label="首次报送" {
                                (report.and_then(|it| it.first_submitted_at).map_or_else(|| "—".to_owned(), text::moment))
                            }
                            td data-label="版本" { @match report { Some(it) => { "第 " (it.version) " 版" } None => { "—" } } }
                            td data-label="操作" { @if let Some(it) = report { a href=(href(&it.id)) { "打开" } } @else { "—" } }
                        }
                    }
                }
            }
            (turn.pager(path::REPORTS, &pairs))
        }
    })
}

fn filter_form(
    form: &Form,
    (narrowing, heads): (&[(&str, &str)], &Heads<'_>),
    asked: &Asked,
    today: Date,
) -> Markup {
    let of = |name| {
        narrowing.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    };
    let codes: Vec<String> =
        desk::months(form, today).iter().map(|it| month_code(*it)).collect();
    let months = codes.iter().map(|it| (it.as_str(), it.as_str()));
    html! {
        form.filter method="get" action=(path::REPORTS) {
            input type="hidden" name="unit" value=(of("unit"));
            input type="hidden" name="form" value=(of("form"));
            (field("单位", None, html! { input type="search" name="q" value=(of("q")); }))
            (field("月份", None, html! {
                select name="month" data-submit-on-change="" { (options(months, of("month"))) }
            }))
            (field("状态", None, html! {
                select name="state" data-submit-on-change="" { (options(STATES.iter().copied(), &asked.state)) }
            }))
            (heads.choice())
            button.quiet type="submit" { "查看" }
        }
    }
}

const STATES: &[(&str, &str)] = &[
    ("", "全部"),
    ("none", "未报送"),
    ("submitted", "待接收"),
    ("accepted", "已接收"),
    ("returned", "已退回"),
];

fn fits(report: Option<&Report>, wanted: &str) -> bool {
    match wanted {
        "" => true,
        "none" => !report.is_some_and(|it| it.state.is_handed_in()),
        code => report.is_some_and(|it| it.state.code() == code),
    }
}

fn figure(label: &str, value: &str) -> Markup {
    html! { div { p.muted { (label) } p.figure-big { (value) } } }
}

const COLUMNS: &[(&str, f64)] = &[
    ("单位", 34.0),
    ("月份", 10.0),
    ("截止", 12.0),
    ("状态", 12.0),
    ("按时", 8.0),
    ("首次报送", 18.0),
    ("版本", 8.0),
];

pub(super) async fn export(
    app: &AppState,
    who: &SignedIn,
    (form, unit): (&Form, &str),
    asked: &Asked,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let month = chosen(form, asked, app.clock.today())?;
    let period = month_code(month);
    let status = read(app, form, unit, month).await?;
    let row = |it: &&Owing| -> Row {
        let report = it.report.as_ref();
        vec![
            tree.full_name(&it.unit).into(),
            period.as_str().into(),
            status.due.into(),
            report.map_or("未填报", |it| it.state.chinese()).into(),
            if it.is_in_time { "是" } else { "否" }.into(),
            report.and_then(|it| it.first_submitted_at).map(text::moment).into(),
            report.map(|it| it.version).into(),
        ]
    };
    let rows = narrow(&tree, &status, asked).iter().map(row).collect();
    let wanted = Wanted {
        list: "reports",
        title: format!("{}{period}报送情况", tree.name(unit)),
        narrowed: export::narrowed(&[
            ("报表", &form.wanted().name),
            ("单位", &asked.q),
            (
                "状态",
                STATES
                    .iter()
                    .find(|(code, _)| *code == asked.state && !code.is_empty())
                    .map_or("", |(_, words)| words),
            ),
        ]),
        columns: COLUMNS,
        permit: tree.permit(&who.actor, Action::Export, unit)?,
    };
    export::answer(app, who, wanted, Known::new(rows)).await
}
