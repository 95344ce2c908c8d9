//! The form of an item, with every field of a duty, a target and a phase; and
//! the list of sentences from which one is added without a script.

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use campaign::plan::{
    Cadence, HeldBy, Measured, Op, Proof, Season, Stage, UnitKind, YearKind, catalogue,
};
use drafting::confirm::Fields;
use maud::{Markup, html};
use serde::Deserialize;

use super::card::{card, field_words, is_counted, kind_words};
use super::{Desk, Line, desk, home, wants_part};
use crate::fields::Fields as Sent;
use crate::layout::{self, Page, crumbs, empty, heading, options};
use crate::paging::{At, Turn};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

/// A form as it was filled in, with what is wrong by field.
pub(super) struct Filled {
    pub(super) fields: Fields,
    pub(super) errors: Vec<(&'static str, String)>,
}

/// The fields as they were sent; what the form does not ask stays.
pub(super) fn read(sent: &Sent, known: &Fields) -> Fields {
    let one = |name: &str| sent.get(name).trim().to_owned();
    let many = |name: &str| {
        let values = sent.all(name).filter(|it| !it.is_empty());
        values.map(str::to_owned).collect::<Vec<_>>()
    };
    let due = match sent.get("due_kind") {
        "month" => format!("month-{}", one("due_n")),
        "days" => format!("+{}d", one("due_n")),
        "workdays" => format!("+{}w", one("due_n")),
        "on" => one("due_on"),
        _ => String::new(),
    };
    let is_phase = sent.get("kind") == "phase";
    let date = |duty: &str, phase: &str| one(if is_phase { phase } else { duty });
    let indicator = if sent.get("kind") == "target" { "indicator" } else { "judged_by" };
    Fields {
        element: known.element.clone(),
        kind: one("kind"),
        name: one("name"),
        clause: one("clause"),
        by_kind: many("by_kind"),
        by_stage: many("by_stage"),
        by_post: one("by_post"),
        by_audience: many("by_audience"),
        cadence: one("cadence"),
        quota: one("quota"),
        unit: one("unit"),
        year: one("year"),
        season: one("season"),
        due,
        from: date("from", "phase_from"),
        until: date("until", "phase_until"),
        event: one("event"),
        within_days: one("within_days"),
        held_by: one("held_by"),
        activity: one("activity"),
        doer: one("doer"),
        audience: many("audience"),
        proof: many("proof"),
        minutes: one("minutes"),
        indicator: one(indicator),
        measured: one("measured"),
        op: one("op"),
        value: one("value"),
        baseline: one("baseline"),
        by: one("by"),
        goals: one("goals"),
        note: one("note"),
        unsure: Vec::new(),
    }
}

struct Form<'a> {
    it: &'a Filled,
}

impl Form<'_> {
    fn errors<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e str> {
        self.it.errors.iter().filter(move |(field, _)| *field == name).map(|(_, it)| &**it)
    }

    /// A labelled input with what is wrong in it.
    fn field(&self, name: &'static str, label: &str, input: Markup) -> Markup {
        html! {
            label.field {
                span.label { (label) }
                (input)
                @for words in self.errors(name) { span.field-error role="alert" { (label) "：" (words) } }
            }
        }
    }

    fn select<'o>(
        name: &str,
        empty: Option<&str>,
        choices: impl IntoIterator<Item = (&'o str, &'o str)>,
        chosen: &str,
    ) -> Markup {
        html! {
            select name=(name) {
                @if let Some(words) = empty { option value="" { (words) } }
                (options(choices, chosen))
            }
        }
    }

    /// Several of a few, ticked.
    fn ticks<'o>(
        name: &str,
        choices: impl IntoIterator<Item = (&'o str, &'o str)>,
        chosen: &[String],
    ) -> Markup {
        html! {
            span.ticks { @for (code, words) in choices {
                label.tick { input type="checkbox" name=(name) value=(code) checked[chosen.iter().any(|it| it == code)]; (words) }
            } }
        }
    }
}

pub(super) fn form(desk: &Desk, line: &Line, filled: &Filled) -> Markup {
    let form = Form { it: filled };
    let it = &filled.fields;
    let here = format!("{}/items/{}", home(&desk.draft.id), line.item.id);
    let kinds = ["duty", "target", "phase"].map(|kind| (kind, kind_words(kind)));
    html! {
        form.item-form method="post" action=(here) {
            input type="hidden" name="revision" value=(line.item.revision);
            @for words in form.errors("") { p.field-error role="alert" { (words) } }
            div.pair {
                (form.field("kind", field_words("kind"), Form::select("kind", None, kinds, &it.kind)))
                (form.field("clause", "依据", html! { input name="clause" maxlength="40" value=(it.clause); }))
            }
            (form.field("name", "名称", html! { input name="name" maxlength="60" value=(it.name); }))
            (duty_fields(&form, it))
            (target_fields(&form, it))
            (phase_fields(&form, it))
            (form.field("note", "说明", html! { input name="note" maxlength="200" value=(it.note); }))
            div.actions {
                button.slim name="step" value="change" { "保存并确认" }
                a.button.quiet.slim data-close="" href=(format!("{}#i-{}", home(&desk.draft.id), line.item.id)) { "不改了" }
            }
        }
    }
}

fn entries(
    list: &'static [catalogue::Entry],
) -> impl Iterator<Item = (&'static str, &'static str)> {
    list.iter().map(|it| (it.id, it.name))
}

fn posts() -> impl Iterator<Item = (&'static str, &'static str)> {
    catalogue::POSTS.iter().map(|it| (it.id, it.name))
}

fn indicators() -> impl Iterator<Item = (&'static str, &'static str)> {
    catalogue::INDICATORS.iter().map(|it| (it.id, it.name))
}

fn duty_fields(form: &Form<'_>, it: &Fields) -> Markup {
    let words = |all: &'static [Cadence]| all.iter().map(|it| (it.code(), it.chinese()));
    let people = catalogue::AUDIENCES.iter().filter(|it| it.persons);
    let people: Vec<_> = people.map(|it| (it.id, it.name)).collect();
    let all: Vec<_> = catalogue::AUDIENCES.iter().map(|it| (it.id, it.name)).collect();
    let (due_kind, due_n, due_on) = due_parts(&it.due);
    let quota = if is_counted(&it.cadence) { it.quota.as_str() } else { "1" };
    html! {
        fieldset.only-duty {
            legend { "任务" }
            fieldset {
                legend { "由谁完成" }
                @for words in form.errors("by") { p.field-error role="alert" { "由谁完成：" (words) } }
                (Form::ticks("by_kind", UnitKind::ALL.iter().map(|it| (it.code(), it.chinese())), &it.by_kind))
                details open[!it.by_stage.is_empty() || !it.by_post.is_empty() || !it.by_audience.is_empty()] {
                    summary { "限学段、岗位或人员" }
                    (Form::ticks("by_stage", Stage::ALL.iter().map(|it| (it.code(), it.chinese())), &it.by_stage))
                    div.pair { (form.field("by_post", "任此岗位的每个人", Form::select("by_post", Some("（不按岗位）"), posts(), &it.by_post))) }
                    p.small.muted { "或者属于这些对象的每个人：" }
                    (Form::ticks("by_audience", people, &it.by_audience))
                }
            }
            div.pair {
                (form.field("cadence", "频次", Form::select("cadence", None, words(Cadence::ALL), &it.cadence)))
                (form.field("quota", "数量", html! { input name="quota" inputmode="numeric" value=(quota); }))
                (form.field("unit", "单位", html! { input name="unit" maxlength="10" value=(it.unit); }))
                (form.field("due", "截止", Form::select("due_kind", Some("期满最后一天"), [("month", "当月某日"), ("days", "期满后几天"), ("workdays", "期满后几个工作日"), ("on", "某一天")], due_kind)))
                (form.field("due_n", "几日、几天", html! { input name="due_n" inputmode="numeric" value=(due_n); }))
                (form.field("due_on", "某一天（一次性）", html! { input type="date" name="due_on" value=(due_on); }))
                (form.field("activity", "做什么", Form::select("activity", Some("（自成一类）"), entries(catalogue::ACTIVITIES), &it.activity)))
                (form.field("doer", "经办岗位", Form::select("doer", Some("（不指定）"), posts(), &it.doer)))
            }
            details {
                summary { "更多：对象、佐证、起止、时段、事件" }
                p.label { "给谁做" }
                (Form::ticks("audience", all, &it.audience))
                p.label { "佐证（任一即可）" }
                (Form::ticks("proof", Proof::ALL.iter().map(|it| (it.code(), it.chinese())), &it.proof))
                @for words in form.errors("proof") { p.field-error role="alert" { "佐证：" (words) } }
                div.pair {
                    (form.field("from", "开始", html! { input type="date" name="from" value=(if it.is_duty() { &it.from } else { "" }); }))
                    (form.field("until", "结束", html! { input type="date" name="until" value=(if it.is_duty() { &it.until } else { "" }); }))
                    (form.field("season", "时段", Form::select("season", None, Season::ALL.iter().map(|it| (it.code(), it.chinese())), &it.season)))
                    (form.field("year", "年度（每年的任务）", Form::select("year", None, YearKind::ALL.iter().map(|it| (it.code(), it.chinese())), &it.year)))
                    (form.field("held_by", "组织", Form::select("held_by", None, HeldBy::ALL.iter().map(|it| (it.code(), it.chinese())), &it.held_by)))
                    (form.field("minutes", "每次用时（分钟）", html! { input name="minutes" inputmode="numeric" value=(it.minutes); }))
                    (form.field("event", "事件（按事件的任务）", Form::select("event", Some("（无）"), entries(catalogue::EVENTS), &it.event)))
                    (form.field("within_days", "事件后几天内", html! { input name="within_days" inputmode="numeric" value=(it.within_days); }))
                    (form.field("indicator", "用哪个指标评判（常态化）", Form::select("judged_by", Some("（无）"), indicators(), if it.is_duty() { &it.indicator } else { "" })))
                }
            }
        }
    }
}

/// A due word in the three parts of the form.
fn due_parts(due: &str) -> (&'static str, &str, &str) {
    if let Some(day) = due.strip_prefix("month-") {
        return ("month", day, "");
    }
    match due.strip_prefix('+') {
        Some(rest) if rest.ends_with('w') => ("workdays", rest.trim_end_matches('w'), ""),
        Some(rest) => ("days", rest.trim_end_matches('d'), ""),
        None if due.is_empty() => ("", "", ""),
        None => ("on", "", due),
    }
}

fn target_fields(form: &Form<'_>, it: &Fields) -> Markup {
    let is_target = it.kind == "target";
    let own = if is_target { it.indicator.as_str() } else { "" };
    html! {
        fieldset.only-target {
            legend { "目标" }
            div.pair {
                (form.field("indicator", "指标", Form::select("indicator", Some("（自拟指标，用上面的名称）"), indicators(), own)))
                (form.field("measured", "自拟指标怎样计", Form::select("measured", None, Measured::ALL.iter().map(|it| (it.code(), it.chinese())), &it.measured)))
                (form.field("op", "界限", Form::select("op", None, Op::ALL.iter().map(|it| (it.code(), it.chinese())), &it.op)))
                (form.field("value", "数值（80% 或 12）", html! { input name="value" value=(it.value); }))
                (form.field("baseline", "与哪一年比（降幅）", html! { input name="baseline" inputmode="numeric" value=(it.baseline); }))
                (form.field("by", "到哪一天", html! { input type="date" name="by" value=(it.by); }))
            }
        }
    }
}

fn phase_fields(form: &Form<'_>, it: &Fields) -> Markup {
    let is_phase = it.kind == "phase";
    let date = |date: &str| if is_phase { date.to_owned() } else { String::new() };
    html! {
        fieldset.only-phase {
            legend { "阶段" }
            div.pair {
                (form.field(if is_phase { "from" } else { "-" }, "开始", html! { input type="date" name="phase_from" value=(date(&it.from)); }))
                (form.field(if is_phase { "until" } else { "-" }, "结束", html! { input type="date" name="phase_until" value=(date(&it.until)); }))
            }
            (form.field("goals", "要求（每行一条）", html! { textarea name="goals" rows="3" { "\n" (it.goals) } }))
        }
    }
}

/// The form as a page of its own, or into the card where the script asks.
pub(crate) async fn edit(
    State(app): State<AppState>,
    who: SignedIn,
    Path((id, item)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let desk = desk(&app, &who, &id).await?;
    desk.must_be_open()?;
    let line = desk.line(&item)?;
    let filled = Filled { fields: line.fields.clone(), errors: Vec::new() };
    Ok(if wants_part(&headers) {
        card(&desk, line, (&[], Some(form(&desk, line, &filled)))).into_response()
    } else {
        page(&app, &who, (&desk, line), &filled).into_response()
    })
}

pub(super) fn page(
    app: &App,
    who: &SignedIn,
    (desk, line): (&Desk, &Line),
    filled: &Filled,
) -> Markup {
    let content = html! {
        (steps(desk, "修改条目"))
        (heading("修改条目", None))
        section.card { ol.items { (card(desk, line, (&[], Some(form(desk, line, filled))))) } }
    };
    layout::page(app, who, Page { title: "修改条目", here: path::PLANS, content })
}

pub(super) fn steps(desk: &Desk, last: &str) -> Markup {
    crumbs(&[
        ("方案".to_owned(), path::PLANS.to_owned()),
        ("从文件起草".to_owned(), path::DRAFTS.to_owned()),
        (desk.draft.name.clone(), home(&desk.draft.id)),
        (last.to_owned(), String::new()),
    ])
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    #[serde(flatten)]
    at: At,
}

const PAGE: usize = 40;

/// Every sentence that no item was read from, to be added by a button.
pub(crate) async fn sentences(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let desk = desk(&app, &who, &id).await?;
    let here = format!("{}/sentences", home(&id));
    let mut taken = std::collections::HashSet::new();
    for line in &desk.lines {
        let span = line.item.start.max(0) as usize..line.item.end.max(0) as usize;
        taken.extend(desk.layout.touched(&span));
    }
    let text = |n: usize| {
        let (from, to, _) = desk.layout.sentences.get(n)?;
        desk.edition.text.get(*from..*to).map(str::trim)
    };
    let wanted = asked.q.trim();
    let found: Vec<(usize, &str)> = (0..desk.layout.sentences.len())
        .filter(|n| !taken.contains(n))
        .filter_map(|n| Some((n, text(n)?)))
        .filter(|(_, words)| 4 <= words.chars().count() && words.contains(wanted))
        .collect();
    let from = asked.at.offset(PAGE, found.len());
    let shown = found.iter().skip(from).take(PAGE);
    let content = html! {
        (steps(&desk, "从句子清单补充"))
        (heading("从句子清单补充", None))
        p.lede { "这里列出还没有条目的句子。选一句，读出的内容会填进表单，补齐后确认。" }
        form.filter method="get" action=(here) {
            label.field { span.label { "含有" } input type="search" name="q" value=(asked.q); }
            button.quiet type="submit" { "筛选" }
        }
        section.card.flush {
            @if found.is_empty() { (empty("没有符合条件的句子。", None)) }
            ul.list { @for (n, words) in shown { li {
                div.main { (words) }
                @if desk.is_open() {
                    form method="post" action=(format!("{}/items", home(&id))) {
                        input type="hidden" name="sentence" value=(n);
                        button.quiet.slim type="submit" { "加为条目" }
                    }
                }
            } } }
            (Turn::of(from, PAGE, found.len()).pager(&here, &[("q", &asked.q)]))
        }
    };
    Ok(layout::page(&app, &who, Page { title: "从句子清单补充", here: path::PLANS, content }))
}
