//! What is asked about, by type and week, and by the units below, with small
//! numbers withheld as `campaign::consultation::trend` says.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use campaign::consultation::trend::{Band, Figure};
use jiff::civil::Date;
use maud::{Markup, html};
use office::sheet::{Cell, Column, Head, List, ListFormat};
use recognition::FraudType;
use serde::Deserialize;
use storage::Change;
use storage::consultation::trend::{self, Surge, Weekly};

use super::monday;
use crate::ask::{Visitor, shell, tabs};
use crate::layout::{Tone, empty, field, heading, note, options};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, clock, download, path, text};

const WEEKS: i32 = 12;
/// Units below that are listed.
const LISTED_MAX: usize = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    /// Any day of the last week; today's if empty.
    week: String,
}

/// The table that may be shown.
struct Table {
    weeks: Vec<Date>,
    /// Name of the type, its figure for each week, their total.
    rows: Vec<(&'static str, Vec<Figure>, Figure)>,
    /// All types, by week.
    totals: Vec<Figure>,
    all: Figure,
}

fn table(weekly: &[Weekly], last: Date) -> Table {
    let weeks: Vec<Date> = (0..WEEKS)
        .rev()
        .map(|back| last.saturating_sub(jiff::Span::new().weeks(back)))
        .collect();
    let kinds = FraudType::ALL
        .into_iter()
        .map(|it| (it.id(), it.name()))
        .chain([("unsorted", "可疑，未归类"), ("none", "未发现诈骗特征")]);
    let rows: Vec<_> = kinds
        .map(|(id, name)| {
            let figures: Vec<Figure> = weeks
                .iter()
                .map(|week| {
                    let week = week.to_string();
                    let found =
                        weekly.iter().find(|it| it.week_on == week && it.fraud_type == id);
                    Figure::of(found.map_or(0, |it| it.count))
                })
                .collect();
            let total = Figure::total(figures.iter().copied());
            (name, figures, total)
        })
        .collect();
    let totals = (0..weeks.len())
        .map(|at| Figure::total(rows.iter().filter_map(|(_, row, _)| row.get(at).copied())))
        .collect();
    let all = Figure::total(rows.iter().map(|(_, _, total)| *total));
    Table { weeks, rows, totals, all }
}

/// Everything of the page, after the question who may see what.
struct Seen {
    unit: String,
    last: Date,
    /// None for a unit below one's own.
    table: Option<Table>,
    children: Vec<(String, u32)>,
    surges: Vec<Surge>,
}

async fn seen(app: &App, who: &SignedIn, asked: &Asked) -> Result<Seen, WebError> {
    let tree = app.live.tree();
    let node = tree.scope(&who.actor, Action::Read, Some(&asked.unit))?;
    let unit = node.unit.id.clone();
    // Exact figures only for a unit that one was given: else two pages could be
    // subtracted from each other.
    let is_own = who.actor.scopes(Action::Read).any(|it| it == unit);
    let today = app.clock.today();
    let last = match asked.week.as_str() {
        "" => today,
        day => text::parse_date(day, "截至")?.min(today),
    };
    let last = monday(last);
    let from = last.saturating_sub(jiff::Span::new().weeks(WEEKS - 1)).to_string();
    let until = last.to_string();
    let mut conn = app.store.read().await?;
    let weekly = trend::weekly(&mut conn, &unit, &from, &until).await?;
    let children = trend::by_child(&mut conn, &unit, &from, &until).await?;
    let surges = trend::surges(&mut conn, &unit, &from).await?;
    Ok(Seen {
        table: is_own.then(|| table(&weekly, last)),
        children,
        surges: if is_own { surges } else { Vec::new() },
        unit,
        last,
    })
}

pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let seen = seen(&app, who, &asked).await?;
    let tree = app.live.tree();
    let last = seen.last.to_string();
    let pairs = [("unit", seen.unit.as_str()), ("week", last.as_str())];
    let file = path::with_query("/consultations/trends.xlsx", &pairs);
    let may_export = who.actor.may_anywhere(Action::Export) && seen.table.is_some();
    let content = html! {
        (heading("咨询趋势", Some(html! {
            @if may_export { a.button.quiet href=(file) { "导出 xlsx" } }
        })))
        (tabs(&visitor, path::CONSULT_TRENDS))
        (choose(&tree, who, &seen))
        @for it in &seen.surges { (surge(who, it)) }
        @match &seen.table {
            Some(table) => {
                @if table.all == Figure::Few {
                    (empty("这 12 周里，各类型每周的咨询都少于 5 条，不显示细数。", None))
                } @else {
                    section.card { (chart(table)) }
                    (figures(table))
                }
            }
            None => { (note("这是您所管单位的下级，只在下面按区间显示总数，以免由合计反推出个别咨询。", Tone::Calm)) }
        }
        (below(&tree, &seen))
        p.small.muted {
            "少于 5 条的（包括没有的）一律写“少于5”；合计只加显示出来的数，所以不能由合计反推；下级单位只按区间显示。"
            "突然增多：本周不少于 5 条，且不少于前 6 周平均的两倍、比平均至少多 3 条。"
        }
    };
    Ok(shell(&app, &visitor, ("咨询趋势", path::ASK), content))
}

fn choose(tree: &Tree, who: &SignedIn, seen: &Seen) -> Markup {
    let mut units: Vec<(String, String)> = who
        .actor
        .scopes(Action::Read)
        .map(|unit| (unit.to_owned(), tree.full_name(unit)))
        .collect();
    if !units.iter().any(|(unit, _)| *unit == seen.unit) {
        units.push((seen.unit.clone(), tree.full_name(&seen.unit)));
    }
    units.dedup();
    let choices = units.iter().map(|(unit, name)| (unit.as_str(), name.as_str()));
    html! {
        form.filter method="get" action=(path::CONSULT_TRENDS) {
            (field("单位", None, html! { select name="unit" { (options(choices, &seen.unit)) } }))
            (field("截至哪一周", None, html! { input type="date" name="week" value=(seen.last); }))
            button.quiet type="submit" { "查看" }
        }
    }
}

fn surge(who: &SignedIn, it: &Surge) -> Markup {
    let name = FraudType::parse(&it.fraud_type).map_or("其他", FraudType::name);
    let may_write = who.actor.may_anywhere(Action::WriteContent);
    html! {
        p.note.warn role="status" {
            (it.week_on) " 起的一周，“" strong { (name) } "”的咨询突然增多。"
            @if let (Some(material), true) = (&it.material, may_write) {
                a href=(path::material(material)) { "看拟好的案例警示草稿 ›" }
            }
        }
    }
}

fn words(figure: Figure) -> String {
    match figure {
        Figure::Exact(count) => count.to_string(),
        Figure::Few => "少于5".to_owned(),
    }
}

fn short(week: Date) -> String {
    format!("{}/{}", week.month(), week.day())
}

/// What is shown of each week, as bars; the table stands below.
fn chart(table: &Table) -> Markup {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 170.0;
    let most = table.totals.iter().map(|it| it.shown()).max().unwrap_or(1).max(1);
    let step = WIDTH / table.weeks.len().max(1) as f64;
    let title = "每周显示出来的咨询条数";
    html! {
        figure.chart.weeks {
            figcaption { (title) }
            svg viewBox=(format!("0 -22 {WIDTH} {}", HEIGHT + 48.0)) role="img" aria-label=(title) {
                line.grid x1="0" x2=(WIDTH) y1=(HEIGHT) y2=(HEIGHT) {}
                @for (index, (week, total)) in table.weeks.iter().zip(&table.totals).enumerate() {
                    @let height = f64::from(total.shown()) / f64::from(most) * HEIGHT;
                    @let x = index as f64 * step;
                    rect.week x=(format!("{:.1}", x + step * 0.18)) y=(format!("{:.1}", HEIGHT - height))
                        width=(format!("{:.1}", step * 0.64)) height=(format!("{height:.1}")) rx="2" {}
                    text.tick x=(format!("{:.1}", x + step / 2.0)) y=(HEIGHT + 20.0) text-anchor="middle" { (short(*week)) }
                    @if 0 < total.shown() {
                        text.tick x=(format!("{:.1}", x + step / 2.0)) y=(format!("{:.1}", HEIGHT - height - 6.0)) text-anchor="middle" { (total.shown()) }
                    }
                }
            }
        }
    }
}

fn figures(table: &Table) -> Markup {
    let cell = |figure: Figure| {
        html! {
            @match figure {
                Figure::Exact(count) => { (count) }
                Figure::Few => { span.muted.small { "少于5" } }
            }
        }
    };
    let quiet: Vec<&str> = table
        .rows
        .iter()
        .filter(|(_, _, total)| *total == Figure::Few)
        .map(|(name, _, _)| *name)
        .collect();
    html! {
        section.card.flush {
            div.table-wrap {
                table.trend {
                    caption { "按类型和周（周一的日期）" }
                    thead { tr {
                        th { "类型" }
                        @for week in &table.weeks { th.number scope="col" { (short(*week)) } }
                        th.number { "合计" }
                    } }
                    tbody {
                        @for (name, row, total) in table.rows.iter().filter(|(_, _, total)| *total != Figure::Few) {
                            tr {
                                th scope="row" { (name) }
                                @for figure in row { td.number { (cell(*figure)) } }
                                td.number { strong { (cell(*total)) } }
                            }
                        }
                        tr {
                            th scope="row" { "合计" }
                            @for figure in &table.totals { td.number { strong { (cell(*figure)) } } }
                            td.number { strong { (cell(table.all)) } }
                        }
                    }
                }
            }
            @if !quiet.is_empty() { p.foot.small.muted { "各周都少于 5 条的类型：" (quiet.join("、")) } }
        }
    }
}

fn below(tree: &Tree, seen: &Seen) -> Markup {
    let mut rows: Vec<(&str, Band)> = seen
        .children
        .iter()
        .map(|(unit, count)| (unit.as_str(), Band::of(*count)))
        .filter(|(_, band)| *band != Band::Few)
        .collect();
    rows.sort_by_key(|(_, band)| std::cmp::Reverse(*band));
    let hidden = rows.len().saturating_sub(LISTED_MAX);
    rows.truncate(LISTED_MAX);
    html! {
        @if !seen.children.is_empty() {
            section.card.flush {
                h2.inset { "下级单位，12 周合计" }
                @if rows.is_empty() {
                    p.inset.muted { "各下级单位都少于 5 条。" }
                } @else {
                    ul.list.tight {
                        @for (unit, band) in rows { li { span.main { (tree.name(unit)) } span { (band.chinese()) } } }
                    }
                    @if 0 < hidden { p.foot.small.muted { "只列出最多的 " (LISTED_MAX) " 个，另有 " (hidden) " 个在 5 条以上。" } }
                    @else { p.foot.small.muted { "没有列出的单位少于 5 条。" } }
                }
            }
        }
    }
}

/// `/consultations/trends.xlsx`: the same figures as the page, no others.
pub(crate) async fn export(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let seen = seen(&app, &who, &asked).await?;
    let tree = app.live.tree();
    let permit = tree.permit(&who.actor, Action::Export, &seen.unit)?;
    let Some(table) = &seen.table else {
        return Err(WebError::invalid("下级单位的趋势不能导出，只在页面上按区间显示。"));
    };
    let weeks: Vec<String> = table.weeks.iter().map(ToString::to_string).collect();
    let mut columns = vec![Column { header: "类型", width: 26.0 }];
    columns.extend(weeks.iter().map(|week| Column { header: week, width: 12.0 }));
    columns.push(Column { header: "合计", width: 10.0 });
    let note = format!(
        "{} · 少于5条的不显示细数，合计只加显示的数 · 导出人 {} · {}",
        tree.full_name(&seen.unit),
        who.name,
        clock::local(app.clock.now()).date()
    );
    let head = Head { sheet: "趋势", title: "咨询趋势", note: &note, columns: &columns };
    let mut list = List::new(ListFormat::Xlsx, &head).map_err(download::failed)?;
    let totals = ("合计", table.totals.clone(), table.all);
    for (name, row, total) in table.rows.iter().chain([&totals]) {
        let texts: Vec<String> = row.iter().chain([total]).map(|it| words(*it)).collect();
        let mut cells = vec![Cell::Text(name)];
        cells.extend(texts.iter().zip(row.iter().chain([total])).map(|(text, figure)| {
            match figure {
                Figure::Exact(count) => Cell::Integer(i64::from(*count)),
                Figure::Few => Cell::Text(text),
            }
        }));
        list.row(&cells).map_err(download::failed)?;
    }
    let bytes = list.finish().map_err(download::failed)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    let detail = format!("至 {}", seen.last);
    tx.audit(&permit, "trends", Change { object: "export/consultations", detail });
    tx.commit().await?;
    Ok(download::file("咨询趋势.xlsx", ListFormat::Xlsx.media_type(), bytes).into_response())
}
