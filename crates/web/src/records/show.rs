//! One record: what it says, what it closes, its proof and its life so far.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use campaign::access::Action;
use campaign::record::{Presence, Status, Step, may_review};
use maud::{Markup, html};
use serde::Deserialize;
use storage::evidence::{self, Evidence, Kind};
use storage::record::{self, Record, RollRow, StepRow};
use storage::suspicion;

use super::{activity_name, closed, may_see, submit_permit, tone};
use crate::layout::{self, Page, Tone, crumbs, field, heading, tag};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, review, text};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct After {
    note: String,
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(after): Query<After>,
) -> Result<Markup, WebError> {
    let mut conn = app.store.read().await?;
    let record = record::by_id(&mut conn, &id).await?.ok_or(WebError::NotFound)?;
    may_see(&app, &who, &record)?;
    let steps = record::steps(&mut conn, &id).await?;
    let roll = record::roll(&mut conn, &id).await?;
    let files = evidence::of_record(&mut conn, &id).await?;
    let next = record::replaced_by(&mut conn, &id).await?;
    let reviewer = may_review_here(&app, &who, &record);
    let suspicions =
        if reviewer { suspicion::of_record(&mut conn, &id).await? } else { Vec::new() };
    let shown =
        review::side_by_side(&app, &who, &mut conn, (&record, &files), &suspicions).await?;
    drop(conn);
    let present: Vec<&str> = roll
        .iter()
        .filter(|row| row.presence == Presence::Present)
        .map(|row| row.person.as_str())
        .collect();
    let groups = if record.status.counts() {
        closed::closed(&app, &record, &present)
    } else {
        Vec::new()
    };
    let tree = app.live.tree();
    let content = html! {
        (crumbs(&[
            ("记录".to_owned(), path::RECORDS.to_owned()),
            (record.title.clone(), path::record(&id)),
        ]))
        (heading(&record.title, Some(tag(record.status.chinese(), tone(record.status)))))
        (note(&after.note, &groups))
        @if let Some(next) = &next {
            (layout::note("这条记录退回后已经修改并重新提交。", Tone::Calm))
            p { a href=(path::record(next)) { "查看新的一条" } }
        }
        div.two {
            div {
                section.card {
                    (facts(&app, &tree, &record))
                }
                @if !files.is_empty() { (proof(&files)) }
                @if !roll.is_empty() { (called(&app, &who, &record, &roll)) }
                @if let Some(minutes) = &record.minutes {
                    section.card { h2 { "纪要" } p.words { (minutes) } }
                }
                (shown)
            }
            div {
                section.card.flush {
                    h2.inset { "计入的任务" }
                    @if record.status.counts() { (closed::list(&groups)) }
                    @else { p.muted.inset { "记录已" (record.status.chinese().trim_start_matches('已')) "，不再计入任何任务。" } }
                }
                (life(&steps))
                (actions(&app, &who, &record, reviewer, next.is_some()))
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: &record.title, here: path::RECORDS, content }))
}

fn may_review_here(app: &App, who: &SignedIn, record: &Record) -> bool {
    app.live.tree().permit(&who.actor, Action::Review, &record.unit).is_ok()
}

/// What has just happened.
fn note(note: &str, groups: &[closed::Closed]) -> Markup {
    html! {
        @match note {
            "done" => {
                @if groups.is_empty() { (layout::note("已提交。", Tone::Good)) }
                @else {
                    (layout::note(&format!("已提交，计入 {} 项任务，见下。", groups.len()), Tone::Good))
                }
                span data-draft-done="" {}
            }
            "again" => {
                (layout::note("这张表单已经提交过，没有重复登记。", Tone::Calm))
                span data-draft-done="" {}
            }
            "first" => (layout::note(
                "这张表单先前已经提交过，保留的是第一次的内容。如需更正，请撤回后重新登记。", Tone::Warn)),
            "accepted" => (layout::note("已审核通过。", Tone::Good)),
            "returned" => (layout::note("已退回，提交人会看到原因。", Tone::Good)),
            "withdrawn" => (layout::note("已撤回，不再计入任务；历史仍然保留。", Tone::Good)),
            "judged" => (layout::note("已记下您的判断。", Tone::Good)),
            _ => {}
        }
    }
}

fn facts(app: &App, tree: &crate::live::Tree, record: &Record) -> Markup {
    html! {
        dl.facts {
            dt { "活动" } dd { (activity_name(app, &record.activity)) }
            dt { "单位" } dd { (tree.full_name(&record.unit)) }
            @if let Some(name) = &record.person_name { dt { "人员" } dd { (name) } }
            dt { "开展时间" } dd {
                (text::chinese_date(record.acted_on))
                @if let Some(time) = &record.acted_time { " " (time) }
            }
            dt { "数量" } dd { (record.count) }
            @if let Some(place) = &record.place { dt { "地点" } dd { (place) } }
            @if let Some(link) = &record.link {
                dt { "链接" } dd { a href=(link) rel="noopener noreferrer nofollow" target="_blank" { (link) } }
            }
            @if let (Some(present), Some(absent)) = (record.present_count, record.absent_count) {
                dt { "到场" } dd { (present) " 人，缺席 " (absent) " 人" }
            }
            dt { "提交" } dd {
                (record.submitter_name.as_deref().unwrap_or("（已撤销账号）"))
                "，" (text::moment(record.submitted_at))
            }
            dt { "内容校验值" } dd.small { code { (record.digest) } }
        }
    }
}

fn proof(files: &[Evidence]) -> Markup {
    html! {
        section.card {
            h2 { "佐证材料" }
            ul.proof {
                @for file in files {
                    li {
                        @if file.kind == Kind::Photo {
                            a href=(path::file(&file.id)) {
                                img src=(path::thumbnail(&file.id)) alt=(file.name) loading="lazy";
                            }
                        }
                        a.small href=(path::with_query(&path::file(&file.id), &[("download", "1")])) {
                            (file.name) "（" (text::size(file.size_bytes)) "）"
                        }
                        @if let Some(taken) = &file.taken_at {
                            span.small.muted { "拍摄于 " (taken.replace('T', " ")) }
                        }
                        @if let (Some(latitude), Some(longitude)) = (file.latitude, file.longitude) {
                            span.small.muted { "位置 " (format!("{latitude:.4}, {longitude:.4}")) }
                        }
                    }
                }
            }
        }
    }
}

/// Names for those who may see people; for others the figures are enough.
fn called(app: &App, who: &SignedIn, record: &Record, roll: &[RollRow]) -> Markup {
    let named = record.submitted_by == who.actor.account
        || app.live.tree().permit(&who.actor, Action::ReadPeople, &record.unit).is_ok();
    html! {
        @if named {
            section.card {
                details {
                    summary { "名单（" (roll.len()) " 人）" }
                    ul.names {
                        @for row in roll {
                            li {
                                (row.name)
                                @if let Presence::Absent { reason } = &row.presence {
                                    " " (tag(&format!("缺席{}", reason.as_deref().map(|it| format!("：{it}")).unwrap_or_default()), Tone::Warn))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn life(steps: &[StepRow]) -> Markup {
    html! {
        section.card {
            h2 { "经过" }
            ol.steps {
                @for step in steps {
                    li {
                        (tag(if step.status == Status::Submitted { "提交" } else { step.status.chinese() }, tone(step.status)))
                        " " (step.account_name.as_deref().unwrap_or("系统"))
                        span.small.muted { " " (text::moment(step.at)) }
                        @if let Some(reason) = &step.reason { p.words { (reason) } }
                    }
                }
            }
        }
    }
}

fn actions(
    app: &App,
    who: &SignedIn,
    record: &Record,
    reviewer: bool,
    is_replaced: bool,
) -> Markup {
    let tree = app.live.tree();
    let submits =
        submit_permit(&tree, &who.actor, &record.unit, record.person.as_deref()).is_ok();
    let reviews = reviewer && may_review(&who.actor.account, &record.submitted_by).is_ok();
    let revision = record.revision.to_string();
    html! {
        @if reviews && record.status.counts() {
            section.card {
                h2 { "审核" }
                form method="post" action=(format!("{}/{}", path::REVIEW, record.id)) {
                    input type="hidden" name="revision" value=(revision);
                    (field("退回原因（通过时不填）", None, html! {
                        input name="reason" maxlength="500";
                    }))
                    p.actions {
                        @if record.status == Status::Submitted {
                            button type="submit" name="verb" value="accept" { "通过" }
                        }
                        button.danger type="submit" name="verb" value="return" { "退回" }
                    }
                }
            }
        }
        @if submits && record.status == Status::Submitted {
            form.card method="post" action=(format!("{}/withdraw", path::record(&record.id)))
                data-confirm="撤回后这条记录不再计入任务，确定撤回吗？" {
                input type="hidden" name="revision" value=(revision);
                (field("撤回原因（可不填）", None, html! { input name="reason" maxlength="500"; }))
                button.danger type="submit" { "撤回" }
            }
        }
        @if submits && record.status == Status::Returned && !is_replaced {
            p.actions {
                a.button href=(path::with_query(&format!("{}/new", path::RECORDS), &[("replaces", &record.id)])) { "修改后重新提交" }
            }
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Withdrawal {
    revision: i64,
    #[serde(default)]
    reason: String,
}

pub(crate) async fn withdraw(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Withdrawal>,
) -> Result<Redirect, WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let mut record = record::by_id(tx.conn(), &id).await?.ok_or(WebError::NotFound)?;
    let permit =
        submit_permit(&app.live.tree(), &who.actor, &record.unit, record.person.as_deref())?;
    // Whoever only does their own duties takes back nothing of others.
    may_see(&app, &who, &record)?;
    let step = Step::Withdraw { reason: input.reason };
    let next = record.status.step(&step)?;
    record.revision = input.revision;
    record::save_step(&mut tx, &permit, &record, (&step, next)).await?;
    tx.commit().await?;
    app.live.follow(&app.store, app.clock.now()).await?;
    Ok(Redirect::to(&path::with_query(&path::record(&id), &[("note", "withdrawn")])))
}
