//! Who is on duty for which unit, and how long what was asked is kept.

use axum::extract::{Query, State};
use axum::response::Redirect;
use campaign::access::Action;
use campaign::consultation::Retention;
use maud::{Markup, html};
use serde::Deserialize;
use storage::consultation::duty::{self as roster, OnDuty};
use storage::people::Scope;
use storage::{account, post, setting};

use crate::ask::{Visitor, shell, tabs};
use crate::fields::Fields;
use crate::layout::{Tone, empty, field, heading, note, options};
use crate::posts::post_name;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

/// The name of the setting.
pub(crate) const RETENTION: &str = "consult-retention";
const DAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
/// Posts whose holders are usually asked.
const POSTS: [&str; 6] = [
    "community-police",
    "security-officer",
    "volunteer",
    "grid-chief",
    "liaison",
    "legal-vice-principal",
];
const CHOICES_MAX: usize = 300;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
}

/// How long the body keeps what was asked.
pub(crate) async fn retention(app: &App) -> Result<Retention, WebError> {
    let mut conn = app.store.read().await?;
    let own = setting::get(&mut conn, RETENTION).await?;
    Ok(own.and_then(|text| Retention::parse(&text)).unwrap_or_default())
}

pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let tree = app.live.tree();
    let node = tree.scope(&who.actor, Action::ManageConsult, Some(&asked.unit))?;
    let unit = node.unit.id.as_str();
    let choices = choices(&app, unit).await?;
    let mut conn = app.store.read().await?;
    let listed = roster::below(&mut conn, unit).await?;
    drop(conn);
    let own: Vec<&OnDuty> = listed.iter().filter(|it| it.unit == unit).collect();
    let below: Vec<&OnDuty> = listed.iter().filter(|it| it.unit != unit).collect();
    let kept = retention(&app).await?;
    let content = html! {
        (heading("值班与设置", Some(html! {
            a.button.quiet href=(path::with_query(path::ASK_POSTER, &[("u", unit)])) { "本单位咨询海报" }
        })))
        (tabs(&visitor, path::CONSULT_DUTY))
        section.card.flush {
            h2.inset { (tree.full_name(unit)) "的值班人员" }
            p.inset.muted { "转来的咨询先通知当天值班的人；本单位没有排班时，由上级单位的值班人员或安全干部、民警、经办人接。" }
            @if own.is_empty() { (empty("还没有排班。", None)) } @else { ul.list { @for it in own { (line(&app, it)) } } }
        }
        form.card method="post" action=(path::CONSULT_DUTY) {
            h2 { "加一个人，或改他的值班日" }
            input type="hidden" name="unit" value=(unit);
            @if choices.is_empty() {
                p { "本单位还没有可选的账号，请先在“账号”里新增，或给社区民警、志愿者任职并建账号。" }
            } @else {
                (field("人员", Some("有账号的民警、安全保卫干部、志愿者等，以及在本单位有职责的账号"), html! {
                    select name="account" required {
                        (options(choices.iter().map(|(id, name)| (id.as_str(), name.as_str())), ""))
                    }
                }))
                fieldset {
                    legend { "星期" }
                    @for (index, day) in DAYS.iter().enumerate() {
                        label.check.day { input type="checkbox" name="day" value=(index) checked; "周" (day) }
                    }
                }
                button type="submit" { "保存" }
            }
        }
        @if !below.is_empty() {
            details.card {
                summary { "下级单位的值班（" (below.len()) "）" }
                ul.list { @for it in below { (line(&app, it)) } }
            }
        }
        @if node.parent.is_none() {
            form.card method="post" action="/consultations/retention" {
                h2 { "保存多久" }
                p.muted { "到期由系统自动抹去原文、联系方式、截图和对话，只留下类型、日期、单位用于统计，不能恢复。" }
                div.pair {
                    (field("只有自动答复的（天）", Some("1 至 90"), html! {
                        input type="number" name="answered" min="1" max="90" required value=(kept.answered_days);
                    }))
                    (field("人工咨询结束后（天）", Some("30 至 730"), html! {
                        input type="number" name="closed" min="30" max="730" required value=(kept.closed_days);
                    }))
                }
                button type="submit" { "保存" }
            }
        } @else {
            (note(&format!("自动答复的内容保存 {} 天，人工咨询结束后保存 {} 天，由上级单位设定。", kept.answered_days, kept.closed_days), Tone::Calm))
        }
    };
    Ok(shell(&app, &visitor, ("值班与设置", path::ASK), content))
}

fn line(app: &App, it: &OnDuty) -> Markup {
    let days: Vec<&str> =
        DAYS.iter().zip(it.days).filter(|(_, on)| *on).map(|(day, _)| *day).collect();
    let words =
        if days.len() == 7 { "每天".to_owned() } else { format!("周{}", days.join("、")) };
    html! {
        li {
            div.main {
                strong { (it.name) } " " span.muted { (words) }
                div.small.muted { (app.live.tree().full_name(&it.unit)) }
            }
            form method="post" action="/consultations/duty/remove" data-confirm="确定撤下这名值班人员？" {
                input type="hidden" name="unit" value=(it.unit);
                input type="hidden" name="account" value=(it.account);
                button.quiet.slim type="submit" { "撤下" }
            }
        }
    }
}

/// Who can be put on duty: accounts of those who hold such a post here, below
/// or above, and accounts with a role here.
async fn choices(app: &App, unit: &str) -> Result<Vec<(String, String)>, WebError> {
    let today = app.clock.today().to_string();
    let mut conn = app.store.read().await?;
    let mut found: Vec<(String, String)> = Vec::new();
    let mut holders = post::holders(&mut conn, Scope::Only(unit), &today).await?;
    let is_root = app.live.tree().root().is_some_and(|root| root.unit.id == unit);
    if !is_root {
        holders.extend(post::holders(&mut conn, Scope::Below(unit), &today).await?);
    }
    for holder in holders {
        let it = &holder.appointment;
        if CHOICES_MAX <= found.len() || !POSTS.contains(&it.post.as_str()) {
            continue;
        }
        if let Some(account) = account::of_person(&mut conn, &it.person).await?
            && account.disabled_at.is_none()
            && !found.iter().any(|(id, _)| *id == account.id)
        {
            let name = format!("{}（{}）", account.display_name, post_name(&it.post));
            found.push((account.id, name));
        }
    }
    let filter = account::Filter {
        unit,
        part: storage::Part::first(CHOICES_MAX as i64),
        ..Default::default()
    };
    let known = account::below(&mut conn, &filter).await?;
    for account in known {
        if account.disabled_at.is_none() && !found.iter().any(|(id, _)| *id == account.id) {
            found.push((
                account.id,
                format!("{}（{}）", account.display_name, account.sign_in_name),
            ));
        }
    }
    Ok(found)
}

pub(crate) async fn put(
    State(app): State<AppState>,
    who: SignedIn,
    fields: Fields,
) -> Result<Redirect, WebError> {
    let (unit, account) = (fields.get("unit"), fields.get("account"));
    let permit = app.live.tree().permit(&who.actor, Action::ManageConsult, unit)?;
    let mut days = [false; 7];
    for day in fields.all("day").filter_map(|it| it.parse::<usize>().ok()) {
        if let Some(day) = days.get_mut(day) {
            *day = true;
        }
    }
    if days == [false; 7] {
        return Err(WebError::invalid("请至少选一个值班的星期；不再值班请用“撤下”。"));
    }
    if !choices(&app, unit).await?.iter().any(|(id, _)| id == account) {
        return Err(WebError::invalid("这个账号不在可选的人员里，请从列表中选。"));
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    roster::put(&mut tx, &permit, (unit, account), days).await?;
    tx.commit().await?;
    Ok(back(unit))
}

pub(crate) async fn remove(
    State(app): State<AppState>,
    who: SignedIn,
    fields: Fields,
) -> Result<Redirect, WebError> {
    let unit = fields.get("unit");
    let permit = app.live.tree().permit(&who.actor, Action::ManageConsult, unit)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    roster::remove(&mut tx, &permit, unit, fields.get("account")).await?;
    tx.commit().await?;
    Ok(back(unit))
}

fn back(unit: &str) -> Redirect {
    Redirect::to(&path::with_query(path::CONSULT_DUTY, &[("unit", unit)]))
}

pub(crate) async fn save_retention(
    State(app): State<AppState>,
    who: SignedIn,
    fields: Fields,
) -> Result<Redirect, WebError> {
    let tree = app.live.tree();
    let root = tree.root().ok_or(WebError::NotFound)?;
    let permit = tree.permit(&who.actor, Action::ManageConsult, &root.unit.id)?;
    let text = format!("{} {}", fields.get("answered").trim(), fields.get("closed").trim());
    let it = Retention::parse(&text).ok_or_else(|| {
        WebError::invalid(
            "保存天数应为整数：自动答复 1 至 90 天，人工咨询结束后 30 至 730 天。",
        )
    })?;
    let mut tx = app.store.write(app.clock.now()).await?;
    setting::set(&mut tx, &permit, RETENTION, &it.text()).await?;
    tx.commit().await?;
    Ok(Redirect::to(path::CONSULT_DUTY))
}
