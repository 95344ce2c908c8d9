//! Review: what waits below me, accepted or sent back with a reason, one by one
//! or many at once.

mod beside;

use crate::fields::Fields;
use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use campaign::access::Action;
use campaign::record::{Status, Step, may_review};
use maud::{Markup, html};
use serde::Deserialize;
use storage::record::{self, Filter, Summary};
use storage::suspicion::{self, Verdict};

use crate::export;
use crate::layout::{self, Page, Tone, empty, field, heading, options, tag};
use crate::live::Tree;
use crate::paging::back;
use crate::records::{Narrow, activities, activity_name, order, pairs_of, proof, scope};
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{App, AppState, WebError, path, text};

pub(crate) use beside::side_by_side;

const PAGE: usize = 50;
/// The longest waiting first.
const KEYS: &[Key] = &[rising("submitted", "提交"), falling("acted", "开展日期")];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
    refused: String,
}

/// `/review`: the longest waiting first.
pub(crate) async fn queue(
    State(app): State<AppState>,
    who: SignedIn,
    Query(narrow): Query<Narrow>,
    Query(done): Query<Done>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::Review, Some(narrow.unit.as_str()))?;
    let filter = Filter {
        scope: scope(&tree, &top.unit.id),
        activity: Some(narrow.activity.as_str()),
        // What is suspect stays in sight after it was accepted.
        status: narrow.suspect.is_empty().then_some(Status::Submitted),
        search: Some(narrow.q.trim()),
        suspect: !narrow.suspect.is_empty(),
        ..Filter::default()
    };
    let sort = Sort::read(&narrow.sort, KEYS);
    let mut conn = app.store.read().await?;
    let waiting = record::count(&mut conn, &filter, 1_000).await?;
    let part = narrow.at.part(PAGE);
    let mut rows = record::list(&mut conn, &filter, order(sort), part).await?;
    drop(conn);
    let turn = narrow.at.turn(&mut rows, PAGE, |row| row.id.clone());
    let narrowing = pairs_of(&narrow);
    let heads = Heads { base: path::REVIEW, pairs: &narrowing, keys: KEYS, sort };
    let sorted = sort.text();
    let mut pairs = narrowing.clone();
    pairs.push(("sort", &sorted));
    let may_export = tree.permit(&who.actor, Action::Export, &top.unit.id).is_ok();
    let mut exported = pairs.clone();
    exported.retain(|(name, _)| *name != "status");
    if narrow.suspect.is_empty() {
        exported.push(("status", Status::Submitted.code()));
    }
    let content = html! {
        (heading("审核", may_export.then(|| {
            export::button(&path::with_query("/records/export.xlsx", &exported))
        })))
        p.lede {
            (tree.full_name(&top.unit.id)) "及下属：待审核 "
            @if waiting < 1_000 { (waiting) } @else { "1000 条以上" }
            @if waiting < 1_000 { " 条" }
        }
        (outcome(&done))
        (filter_form(&app, &narrow, &heads))
        @if rows.is_empty() { (empty("没有等待审核的记录。", None)) }
        @else {
            (batch(&app, &tree, (&rows, &heads), &narrow.at.field(&pairs)))
            (turn.pager(path::REVIEW, &pairs))
        }
    };
    Ok(layout::page(&app, &who, Page { title: "审核", here: path::REVIEW, content }))
}

fn outcome(done: &Done) -> Markup {
    html! {
        @if let Ok(count @ 1..) = done.done.parse::<u32>() {
            (layout::note(&format!("已处理 {count} 条。"), Tone::Good))
        }
        @if let Ok(count @ 1..) = done.refused.parse::<u32>() {
            (layout::note(
                &format!("{count} 条没有处理：可能刚被他人处理或修改、是您自己提交的，或不在您的审核范围。"),
                Tone::Warn,
            ))
        }
    }
}

fn filter_form(app: &App, narrow: &Narrow, heads: &Heads<'_>) -> Markup {
    let activities = activities(app);
    let choices = std::iter::once(("", "全部活动"))
        .chain(activities.iter().map(|(code, name)| (code.as_str(), name.as_str())));
    html! {
        form.filter method="get" action=(path::REVIEW) {
            input type="hidden" name="unit" value=(narrow.unit);
            (field("标题", None, html! { input type="search" name="q" value=(narrow.q); }))
            (field("活动", None, html! { select name="activity" { (options(choices, &narrow.activity)) } }))
            (field("核对", None, html! { select name="suspect" {
                (options([("", "全部待审核"), ("1", "只看有疑点的")], &narrow.suspect))
            } }))
            (heads.choice())
            button.quiet type="submit" { "筛选" }
        }
    }
}

fn batch(
    app: &App,
    tree: &Tree,
    (rows, heads): (&[Summary], &Heads<'_>),
    back: &Markup,
) -> Markup {
    html! {
        form method="post" action="/review/batch" {
            (back)
            section.card.flush {
                table.stack.pick {
                    caption { "勾选后一并处理；有疑点的请点开核对" }
                    thead { tr {
                        th { input type="checkbox" data-check-all="id" aria-label="全选"; "标题" }
                        th { "活动" } th { "单位" } (heads.th("acted"))
                        th { "佐证" } (heads.th("submitted")) th { "疑点" }
                    } }
                    tbody {
                        @for row in rows {
                            tr {
                                td {
                                    label.tick {
                                        input type="checkbox" name="id" value=(format!("{}:{}", row.id, row.revision))
                                            aria-label=(format!("选择 {}", row.title))
                                            disabled[row.status != Status::Submitted];
                                    }
                                    a href=(path::record(&row.id)) { (row.title) }
                                }
                                td data-label="活动" { (activity_name(app, &row.activity)) }
                                td data-label="单位" {
                                    (tree.full_name(&row.unit))
                                    @if let Some(name) = &row.person_name { " " (name) }
                                }
                                td data-label="开展日期" { (row.acted_on) }
                                td data-label="佐证" { (proof(row)) }
                                td data-label="提交" {
                                    (row.submitter_name.as_deref().unwrap_or("—")) " "
                                    span.small.muted { (text::moment(row.submitted_at)) }
                                }
                                td data-label="疑点" {
                                    @if 0 < row.suspicions { (tag(&format!("{} 处待核", row.suspicions), Tone::Warn)) }
                                    @else { "—" }
                                }
                            }
                        }
                    }
                }
            }
            div.card.batch {
                (field("退回原因（通过时不填）", None, html! { input name="reason" maxlength="500"; }))
                p.actions {
                    button type="submit" name="verb" value="accept" { "通过所选" }
                    button.danger type="submit" name="verb" value="return" { "退回所选" }
                }
            }
        }
    }
}

fn step(verb: &str, reason: &str) -> Result<Step, WebError> {
    match verb {
        "accept" => Ok(Step::Accept),
        "return" => Ok(Step::Return { reason: reason.to_owned() }),
        _ => Err(WebError::invalid("请选择“通过”或“退回”。")),
    }
}

/// `POST /review/batch`: each record by itself; what cannot be done is counted,
/// the rest is done.
pub(crate) async fn many(
    State(app): State<AppState>,
    who: SignedIn,
    fields: Fields,
) -> Result<Redirect, WebError> {
    const MOST: usize = 200;
    let step = step(fields.get("verb"), fields.get("reason"))?;
    // A missing reason is told before anything is done.
    Status::Submitted.step(&step)?;
    let chosen: Vec<(&str, i64)> = fields
        .all("id")
        .filter_map(|pair| pair.split_once(':'))
        .filter_map(|(id, revision)| Some((id, revision.parse().ok()?)))
        .take(MOST)
        .collect();
    if chosen.is_empty() {
        return Err(WebError::invalid("请先勾选要处理的记录。"));
    }
    let tree = app.live.tree();
    let (mut done, mut refused) = (0, 0);
    let mut tx = app.store.write(app.clock.now()).await?;
    for (id, revision) in chosen {
        match review_one(&mut tx, &tree, &who, (id, revision), &step).await {
            Ok(()) => done += 1,
            Err(WebError::Storage(error)) => return Err(WebError::Storage(error)),
            Err(_) => refused += 1,
        }
    }
    tx.commit().await?;
    app.live.follow(&app.store, app.clock.now()).await?;
    let (done, refused) = (done.to_string(), refused.to_string());
    let told = path::with_query("", &[("done", &done), ("refused", &refused)]);
    let place = back(path::REVIEW, fields.get("back"));
    let told = if place.contains('?') { told.replace('?', "&") } else { told };
    Ok(Redirect::to(&format!("{place}{told}")))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Decision {
    revision: i64,
    verb: String,
    #[serde(default)]
    reason: String,
}

/// `POST /review/{id}`.
pub(crate) async fn one(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    axum::Form(input): axum::Form<Decision>,
) -> Result<Redirect, WebError> {
    let step = step(&input.verb, &input.reason)?;
    let tree = app.live.tree();
    let mut tx = app.store.write(app.clock.now()).await?;
    review_one(&mut tx, &tree, &who, (&id, input.revision), &step).await?;
    tx.commit().await?;
    app.live.follow(&app.store, app.clock.now()).await?;
    let note = if step == Step::Accept { "accepted" } else { "returned" };
    Ok(Redirect::to(&path::with_query(&path::record(&id), &[("note", note)])))
}

async fn review_one(
    tx: &mut storage::Tx,
    tree: &Tree,
    who: &SignedIn,
    (id, revision): (&str, i64),
    step: &Step,
) -> Result<(), WebError> {
    let mut record = record::by_id(tx.conn(), id).await?.ok_or(WebError::NotFound)?;
    let permit = tree.permit(&who.actor, Action::Review, &record.unit)?;
    may_review(&who.actor.account, &record.submitted_by)?;
    let next = record.status.step(step)?;
    // What was reviewed is what was shown.
    record.revision = revision;
    Ok(record::save_step(tx, &permit, &record, (step, next)).await?)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Judgement {
    verdict: String,
    #[serde(default)]
    note: String,
}

/// `POST /review/suspicion/{id}`: a person's word on a suspicion. It changes
/// nothing else: returning the record is a step of its own.
pub(crate) async fn judge(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    axum::Form(input): axum::Form<Judgement>,
) -> Result<Redirect, WebError> {
    let verdict = Verdict::from_code(&input.verdict)
        .ok_or_else(|| WebError::invalid("请选择“没有问题”或“确属重复使用”。"))?;
    if 500 < input.note.chars().count() {
        return Err(WebError::invalid("说明最多 500 个字。"));
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    let it = suspicion::by_id(tx.conn(), &id).await?.ok_or(WebError::NotFound)?;
    let record = record::by_id(tx.conn(), &it.record).await?.ok_or(WebError::NotFound)?;
    let permit = app.live.tree().permit(&who.actor, Action::Review, &record.unit)?;
    may_review(&who.actor.account, &record.submitted_by)?;
    suspicion::decide(&mut tx, &permit, &it, (verdict, input.note.trim())).await?;
    tx.commit().await?;
    Ok(Redirect::to(&path::with_query(&path::record(&it.record), &[("note", "judged")])))
}
