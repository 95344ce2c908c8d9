//! How one report looks: the form, its steps, its versions with what changed.

use campaign::access::Action;
use campaign::report::{Fields, Kind, Shape, State, diff};
use maud::{Markup, html};
use storage::report::{self, StepTaken, Version};

use super::desk::Opened;
use super::index::state_tag;
use super::show::Edit;
use super::{href, month};
use crate::layout::{self, Page, Tone, crumbs, field, heading};
use crate::session::SignedIn;
use crate::{App, WebError, path, text};

pub(super) async fn page(
    app: &App,
    who: &SignedIn,
    opened: &Opened,
    typed: Option<&Edit>,
    note: Option<(&str, Tone)>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let it = &opened.report;
    let newest = opened.newest()?;
    let mut conn = app.store.read().await?;
    let steps = report::steps(&mut conn, &it.id).await?;
    drop(conn);
    let may_edit = tree.permit(&who.actor, Action::Report, &it.unit).is_ok();
    let superior = tree.above(&it.unit).get(1).copied().unwrap_or(it.unit.as_str()).to_owned();
    let may_review = tree.permit(&who.actor, Action::ReviewReport, &superior).is_ok();
    let title = format!("{} {}", tree.name(&it.unit), it.period);
    let document = |format: &str| {
        format!("{}/document?format={format}&version={}", href(&it.id), newest.version)
    };
    let due = opened.form.due_on(month(&it.period)?);
    let content = html! {
        (crumbs(&[("月报".to_owned(), path::REPORTS.to_owned()), (title.clone(), String::new())]))
        (heading(&title, Some(html! {
            a.button.quiet href=(document("docx")) { "下载 Word" }
            a.button.quiet href=(document("xlsx")) { "下载 Excel" }
        })))
        p.lede {
            (opened.form.wanted().name) " · 第 " (it.version) " 版 · 截止 " (it.due_on) " "
            (state_tag(Some(it), due, app.clock.today()))
        }
        @if let Some((words, tone)) = note { (layout::note(words, tone)) }
        @if it.state == State::Returned {
            @if let Some(reason) = steps.iter().rev().find_map(|step| step.reason.as_deref()) {
                (layout::note(&format!("退回原因：{reason}"), Tone::Warn))
            }
        }
        div.two {
            div {
                (matter(newest, opened))
                @if may_edit { (edit_form(opened, newest, typed)) }
            }
            div {
                (actions(opened, may_edit, may_review))
                (history(&steps))
                (versions(&opened.versions))
            }
        }
    };
    Ok(layout::page(app, who, Page { title: &title, here: path::REPORTS, content }))
}

/// The form as it will be printed.
fn matter(newest: &Version, opened: &Opened) -> Markup {
    let fields = &newest.fields;
    let edits = diff(&newest.filled, fields);
    let shape = opened.form.shape();
    html! {
        @if let Some(name) = &shape.activities {
            section.card.flush {
                table.stack {
                    caption { (name) "（依据“" (opened.form.wanted().clause) "”）" }
                    thead { tr { th { (name) } th { "备注" } } }
                    tbody {
                        @for line in &fields.activities {
                            tr { td data-label=(name) { (line.text) } td data-label="备注" { (line.note) } }
                        }
                        @if fields.activities.is_empty() { tr { td colspan="2" { "本月台账中还没有记录。" } } }
                    }
                }
            }
        }
        section.card {
            h2 { @if shape.has_clues { "线索收集情况" } @else { "其他内容" } }
            dl.facts {
                @for answer in &fields.answers {
                    dt { (answer.name) }
                    dd.words { @if answer.text.is_empty() { "—" } @else { (answer.text) } }
                }
                @if shape.has_clues {
                    dt { "本月线索收集条数" } dd { (fields.clues_month) }
                    dt { "开展以来共收集线索数" } dd { (fields.clues_total) }
                    @for (index, clue) in fields.clues.iter().enumerate() { dt { "线索 " (index + 1) } dd { (clue) } }
                }
                @if !fields.remarks.is_empty() { dt { "其他说明" } dd.words { (fields.remarks) } }
            }
            @if !edits.is_empty() {
                details {
                    summary { "与台账自动生成的内容相比，人工改动 " (edits.len()) " 处" }
                    (differences(&edits))
                }
            }
        }
    }
}

fn edit_form(opened: &Opened, newest: &Version, typed: Option<&Edit>) -> Markup {
    let is_correction =
        matches!(opened.report.state, State::Submitted | State::Returned | State::Accepted);
    let input =
        typed.cloned().unwrap_or_else(|| as_typed(&newest.fields, opened.report.revision));
    html! {
        details.card open[typed.is_some() || opened.report.state == State::Draft] {
            summary { @if is_correction { "更正报表（将形成新版本）" } @else { "修改内容" } }
            form method="post" action=(format!("{}/edit", href(&opened.report.id))) {
                input type="hidden" name="revision" value=(input.revision);
                (inputs(&opened.form.shape(), &input))
                (field("其他说明", None, html! { textarea name="remarks" rows="3" { (input.remarks) } }))
                @if is_correction {
                    (field("更正说明", Some("写明改了什么、为什么改"), html! {
                        input name="note" required maxlength="200" value=(input.note);
                    }))
                }
                button type="submit" { @if is_correction { "保存为新版本" } @else { "保存草稿" } }
            }
        }
    }
}

/// The plan's own fields.
fn inputs(shape: &Shape, input: &Edit) -> Markup {
    html! {
        @if let Some(name) = &shape.activities {
            (field(name, Some("每行一项；需要备注时写成“内容 | 备注”"), html! {
                textarea name="activities" rows="8" { (input.activities) }
            }))
        }
        @for question in &shape.questions {
            @let name = format!("answer-{}", question.id);
            @let text = input.answer(&question.id);
            @match question.kind {
                Kind::Number => (field(&question.name, None, html! {
                    input name=(name) inputmode="numeric" value=(text);
                })),
                Kind::Duties => (field(&question.name, Some("按本月到期任务的完成情况自动填写，可以修改"), html! {
                    textarea name=(name) rows="3" { (text) }
                })),
                Kind::Words => (field(&question.name, None, html! {
                    textarea name=(name) rows="3" { (text) }
                })),
            }
        }
        @if shape.has_clues {
            (field("本月线索收集条数", None, html! {
                input name="clues_month" inputmode="numeric" required value=(input.clues_month);
            }))
            (field("开展专项行动以来共收集线索数", None, html! {
                input name="clues_total" inputmode="numeric" required value=(input.clues_total);
            }))
            (field("线索清单", Some("每行一条，不写当事人姓名"), html! {
                textarea name="clues" rows="3" { (input.clues) }
            }))
        }
    }
}

fn as_typed(fields: &Fields, revision: i64) -> Edit {
    let lines: Vec<String> = fields
        .activities
        .iter()
        .map(|line| match line.note.as_str() {
            "" => line.text.clone(),
            note => format!("{} | {note}", line.text),
        })
        .collect();
    Edit {
        revision,
        activities: lines.join("\n"),
        clues_month: fields.clues_month.to_string(),
        clues_total: fields.clues_total.to_string(),
        clues: fields.clues.join("\n"),
        remarks: fields.remarks.clone(),
        answers: fields.answers.iter().map(|it| (it.id.clone(), it.text.clone())).collect(),
        note: String::new(),
    }
}

fn actions(opened: &Opened, may_edit: bool, may_review: bool) -> Markup {
    let it = &opened.report;
    let action = format!("{}/step", href(&it.id));
    let button = |step: &str, words: &str, quiet: bool| {
        html! {
            form method="post" action=(action) {
                input type="hidden" name="revision" value=(it.revision);
                input type="hidden" name="step" value=(step);
                button.wide-button.quiet[quiet] type="submit" { (words) }
            }
        }
    };
    html! {
        section.card {
            h2 { "办理" }
            @match it.state {
                State::Draft if may_edit => {
                    p.muted { "核对内容后签发；签发后报送。" }
                    (button("sign", "签发", false))
                }
                State::Signed if may_edit => {
                    p.muted { "已签发，报送后上级即可看到。再修改内容会撤销签发。" }
                    (button("submit", "报送", false))
                }
                State::Submitted if may_review => {
                    (button("accept", "接收", false))
                    form method="post" action=(action) {
                        input type="hidden" name="revision" value=(it.revision);
                        input type="hidden" name="step" value="return";
                        (field("退回原因", None, html! { textarea name="reason" rows="2" required maxlength="500" {} }))
                        button.danger.wide-button type="submit" { "退回" }
                    }
                }
                State::Submitted => p.muted { "已报送，等待上级接收。" },
                State::Returned => p.muted { "已退回，等待填报单位更正后重新报送。" },
                State::Accepted => p.muted { "上级已接收。" },
                State::Draft | State::Signed => p.muted { "填报单位尚未报送。" },
            }
        }
    }
}

fn history(steps: &[StepTaken]) -> Markup {
    html! {
        section.card.flush {
            h2.inset { "经过" }
            ul.list {
                @for step in steps {
                    li {
                        div.main {
                            span.title { (step.state.chinese()) } " "
                            span.muted.small { "第 " (step.version) " 版 · " (text::moment(step.at)) }
                            div.small {
                                (step.account_name.as_deref().unwrap_or("系统"))
                                @if let Some(reason) = &step.reason { "：" (reason) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn versions(versions: &[Version]) -> Markup {
    html! {
        @if 1 < versions.len() {
            section.card {
                h2 { "版本" }
                @for pair in versions.windows(2) {
                    @if let [new, old] = pair {
                        details {
                            summary { "第 " (new.version) " 版与第 " (old.version) " 版的差别" }
                            @if let Some(note) = &new.note { p.muted { "更正说明：" (note) } }
                            (differences(&diff(&old.fields, &new.fields)))
                        }
                    }
                }
            }
        }
    }
}

fn differences(list: &[campaign::report::Difference]) -> Markup {
    html! {
        @if list.is_empty() { p.muted { "内容相同。" } }
        @else {
            div.table-wrap {
                table {
                    thead { tr { th { "项目" } th { "原来" } th { "现在" } } }
                    tbody {
                        @for it in list {
                            tr { td { (it.field) } td { (it.before) } td { (it.after) } }
                        }
                    }
                }
            }
        }
    }
}
