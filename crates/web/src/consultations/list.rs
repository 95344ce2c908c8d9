//! The queue of consultations that were handed over. No line holds what people
//! wrote.

use axum::extract::{Query, State};
use axum::response::Response;
use campaign::access::{Action, permit_on_duty};
use campaign::consultation::{Asker, Given, State as Progress};
use maud::{Markup, html};
use recognition::FraudType;
use serde::Deserialize;
use storage::consultation::{self, Filter, Key as By, Summary, duty as roster};
use storage::{Order, Part};

use super::{instant, refused, scopes};
use crate::ask::{Visitor, kind_of, progress, shell, tabs, tone};
use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{Tone, empty, field, heading, options, tag};
use crate::live::Tree;
use crate::paging::At;
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{App, AppState, WebError, path, text};

const PAGE: usize = 50;
const KEYS: &[Key] =
    &[falling("asked", "提问时间"), rising("since", "状态"), falling("length", "内容")];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Narrow {
    /// `open`, `mine`, `closed`, `all`; the first if empty.
    view: String,
    kind: String,
    given: String,
    from: String,
    until: String,
    asker: String,
    sort: String,
    #[serde(flatten)]
    at: At,
}

const VIEWS: [(&str, &str); 4] =
    [("open", "待处理"), ("mine", "我经手的"), ("closed", "已结束"), ("all", "全部")];

impl Narrow {
    fn pairs(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("view", self.view.as_str()),
            ("kind", self.kind.as_str()),
            ("given", self.given.as_str()),
            ("from", self.from.as_str()),
            ("until", self.until.as_str()),
            ("asker", self.asker.as_str()),
        ]
    }

    fn here(&self) -> &str {
        if self.view.is_empty() { "open" } else { &self.view }
    }

    fn sort(&self) -> Sort {
        Sort::read(&self.sort, KEYS)
    }

    fn order(&self) -> Order<By> {
        let sort = self.sort();
        let key = match sort.code {
            "since" => By::Since,
            "length" => By::Length,
            _ => By::Asked,
        };
        Order { key, descending: sort.descending }
    }

    fn filter<'a>(
        &'a self,
        tops: &'a [String],
        who: &'a SignedIn,
    ) -> Result<Filter<'a>, WebError> {
        let states: &[&str] = match self.view.as_str() {
            "" | "open" => &["waiting", "talking"],
            "closed" => &["closed"],
            _ => &[],
        };
        let is_mine = self.view == "mine";
        Ok(Filter {
            tops,
            states,
            fraud_type: &self.kind,
            given: &self.given,
            asker: &self.asker,
            holder: if is_mine { &who.actor.account } else { "" },
            from: instant(&self.from, "从", false)?,
            until: instant(&self.until, "到", true)?,
        })
    }
}

pub(crate) async fn list(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(narrow): Query<Narrow>,
) -> Result<Markup, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let tops = scopes(&app, who).await?;
    if tops.is_empty() {
        return Err(refused(Action::Consult));
    }
    let filter = narrow.filter(&tops, who)?;
    let part = narrow.at.part(PAGE);
    let mut conn = app.store.read().await?;
    let mut rows = consultation::list(&mut conn, &filter, narrow.order(), part).await?;
    drop(conn);
    let turn = narrow.at.turn(&mut rows, PAGE, |row| row.it.id.clone());
    let narrowing = narrow.pairs();
    let heads =
        Heads { base: path::CONSULTATIONS, pairs: &narrowing, keys: KEYS, sort: narrow.sort() };
    let order = narrow.sort().text();
    let mut pairs = narrowing.clone();
    pairs.push(("sort", &order));
    let may_export = who.actor.may_anywhere(Action::Export);
    let export = path::with_query("/consultations/export.xlsx", &pairs);
    let content = html! {
        (heading("咨询处理", Some(html! {
            a.button.quiet href=(path::ASK_POSTER) { "咨询海报" }
            @if may_export { (export::button(&export)) }
        })))
        (tabs(&visitor, path::CONSULTATIONS))
        p.lede { "只列出转给值班人员的咨询。打开一条即留下查看记录。" }
        (filter_form(&narrow, &heads))
        @if rows.is_empty() {
            (empty("没有符合条件的咨询。", None))
        } @else {
            (table(&app, &rows, &heads))
            (turn.pager(path::CONSULTATIONS, &pairs))
        }
    };
    Ok(shell(&app, &visitor, ("咨询处理", path::ASK), content))
}

fn filter_form(narrow: &Narrow, heads: &Heads<'_>) -> Markup {
    let askers = std::iter::once(("", "不限"))
        .chain(Asker::ALL.into_iter().map(|it| (it.code(), it.chinese())));
    let kinds = std::iter::once(("", "全部类型"))
        .chain(FraudType::ALL.into_iter().map(|it| (it.id(), it.name())));
    let given = std::iter::once(("", "不限"))
        .chain(Given::ALL.into_iter().map(|it| (it.code(), it.chinese())));
    html! {
        form.filter method="get" action=(path::CONSULTATIONS) {
            (field("状态", None, html! { select name="view" { (options(VIEWS, narrow.here())) } }))
            (field("类型", None, html! { select name="kind" { (options(kinds, &narrow.kind)) } }))
            (field("已经给了什么", None, html! { select name="given" { (options(given, &narrow.given)) } }))
            (field("提问人", None, html! { select name="asker" { (options(askers, &narrow.asker)) } }))
            (field("从", None, html! { input type="date" name="from" value=(narrow.from); }))
            (field("到", None, html! { input type="date" name="until" value=(narrow.until); }))
            (heads.choice())
            button.quiet type="submit" { "筛选" }
        }
    }
}

fn table(app: &App, rows: &[Summary], heads: &Heads<'_>) -> Markup {
    let tree = app.live.tree();
    let now = app.clock.now();
    html! {
        section.card.flush {
            table.stack {
                thead { tr {
                    th { "判断" } th { "已给出" } th { "单位" } th { "提问人" }
                    (heads.th("length")) (heads.th("asked")) (heads.th("since"))
                } }
                tbody {
                    @for row in rows {
                        @let it = &row.it;
                        tr {
                            td data-label="判断" {
                                a.title href=(path::consultation(&it.id)) { (it.outcome.chinese()) }
                                @if let Some(kind) = kind_of(it) { " " (tag(kind.name(), tone(it.outcome))) }
                            }
                            td data-label="已给出" {
                                @match it.given {
                                    Given::Money => { (tag("已转账", Tone::Bad)) }
                                    Given::Codes => { (tag("给了验证码", Tone::Warn)) }
                                    Given::Nothing => { "—" }
                                }
                            }
                            td data-label="单位" { (tree.full_name(&it.unit)) }
                            td data-label="提问人" {
                                (it.asker.chinese())
                                @if it.account.is_none() { span.small.muted { "（匿名）" } }
                            }
                            td data-label="内容" {
                                (it.chars) " 字"
                                @if 0 < row.pictures { "，截图 " (row.pictures) }
                                @if 0 < row.messages { "，对话 " (row.messages) }
                            }
                            td data-label="提问时间" { (text::moment(it.asked_at)) }
                            td data-label="状态" {
                                (progress(it))
                                @match &it.state {
                                    Progress::Waiting { since } => { " " span.small.muted { "等了 " (waited(now - since)) } }
                                    Progress::Talking { .. } => { " " span.small.muted { (row.holder_name.as_deref().unwrap_or("")) } }
                                    Progress::Closed { ending, .. } => { " " span.small.muted { (ending.chinese()) } }
                                    Progress::Answered => {}
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How long, in the largest unit that fits.
fn waited(ms: i64) -> String {
    let minutes = (ms / 60_000).max(0);
    match minutes {
        0..60 => format!("{minutes} 分钟"),
        60..2_880 => format!("{} 小时", minutes / 60),
        _ => format!("{} 天", minutes / 1_440),
    }
}

/// The rows of an export: the list without anything that was written.
struct Consultations {
    narrow: Narrow,
    tops: Vec<String>,
    who: SignedIn,
    after: String,
}

impl Rows for Consultations {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let filter = self.narrow.filter(&self.tops, &self.who)?;
        let part = Part::after(&self.after, PART);
        let mut conn = app.store.read().await?;
        let rows = consultation::list(&mut conn, &filter, self.narrow.order(), part).await?;
        drop(conn);
        if let Some(last) = rows.last() {
            self.after.clone_from(&last.it.id);
        }
        let tree = app.live.tree();
        Ok(rows.iter().map(|row| cells(&tree, row)).collect())
    }
}

const COLUMNS: &[(&str, f64)] = &[
    ("提问时间", 18.0),
    ("单位", 28.0),
    ("提问人", 10.0),
    ("判断", 18.0),
    ("类型", 22.0),
    ("已经给了什么", 24.0),
    ("状态", 16.0),
    ("结果", 30.0),
    ("经手人", 12.0),
    ("对话条数", 10.0),
];

fn cells(tree: &Tree, row: &Summary) -> Row {
    let it = &row.it;
    let (state, ending) = match &it.state {
        Progress::Answered => ("已自动答复", ""),
        Progress::Waiting { .. } => ("等待值班人员", ""),
        Progress::Talking { .. } => ("值班人员已接手", ""),
        Progress::Closed { ending, .. } => ("已结束", ending.chinese()),
    };
    vec![
        text::moment(it.asked_at).into(),
        tree.full_name(&it.unit).into(),
        it.asker.chinese().into(),
        it.outcome.chinese().into(),
        kind_of(it).map(FraudType::name).into(),
        it.given.chinese().into(),
        state.into(),
        ending.into(),
        row.holder_name.as_deref().into(),
        row.messages.into(),
    ]
}

/// `/consultations/export.xlsx`
pub(crate) async fn export(
    State(app): State<AppState>,
    who: SignedIn,
    Query(narrow): Query<Narrow>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::Export, None)?.unit.id.clone();
    let tops = scopes(&app, &who).await?;
    if tops.is_empty() {
        return Err(refused(Action::Consult));
    }
    // What is wrong in the address is told now, not by a job.
    narrow.filter(&tops, &who)?;
    let mut conn = app.store.read().await?;
    let rostered = roster::units_of(&mut conn, &who.actor.account).await?;
    drop(conn);
    let permit = permit_on_duty(&who.actor, &rostered, &unit, &tree.above(&unit))
        .or_else(|_| tree.permit(&who.actor, Action::Export, &unit))?;
    let view = VIEWS.iter().find(|(code, _)| *code == narrow.here());
    let kind = FraudType::ALL.into_iter().find(|it| it.id() == narrow.kind);
    let wanted = Wanted {
        list: "consultations",
        title: "反诈咨询台账".to_owned(),
        narrowed: export::narrowed(&[
            ("状态", view.map_or("", |(_, words)| words)),
            ("类型", kind.map_or("", FraudType::name)),
            ("已经给了", Given::from_code(&narrow.given).map_or("", Given::chinese)),
            ("提问人", Asker::from_code(&narrow.asker).map_or("", Asker::chinese)),
            ("从", &narrow.from),
            ("到", &narrow.until),
        ]),
        columns: COLUMNS,
        permit,
    };
    let rows = Consultations { narrow, tops, who: who.clone(), after: String::new() };
    export::answer(&app, &who, wanted, rows).await
}
