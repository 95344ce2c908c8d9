//! A person's page. Phone, identity number and address are masked until
//! somebody entitled asks for them; each such look is in the audit chain.

use axum::extract::{Path, State};
use campaign::access::Action;
use campaign::person::{Gender, PersonRole};
use maud::{Markup, html};
use storage::people::{self, Guardianship, Person, Tenure};
use storage::post::{self, Appointment};

use crate::layout::{self, Page, Tone, heading, note, tag};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, posts, text, units};

/// Everything around a person that their page shows.
struct Around {
    tenures: Vec<Tenure>,
    posts: Vec<Appointment>,
    guardians: Vec<(Guardianship, Person)>,
    children: Vec<(Guardianship, Person)>,
    siblings: Vec<Person>,
}

/// A person whom the reader may see under `action`, and in which unit. A
/// guardian may be seen by whoever sees one of the children.
pub(super) async fn load(
    app: &App,
    who: &SignedIn,
    action: Action,
    id: &str,
) -> Result<(Person, campaign::access::Permit), WebError> {
    let tree = app.live.tree();
    let sealer = &app.store.sealer;
    let mut conn = app.store.read().await?;
    let person = people::by_id(&mut conn, sealer, id).await?.ok_or(WebError::NotFound)?;
    let own = tree.permit(&who.actor, action, &person.unit);
    let refused = match own {
        Ok(permit) => return Ok((person, permit)),
        Err(refused) => refused,
    };
    if person.role == PersonRole::Guardian {
        let pairs = people::children_of(&mut conn, id).await?;
        let ids: Vec<String> = pairs.into_iter().map(|it| it.student).collect();
        for child in people::by_ids(&mut conn, sealer, &ids).await? {
            if let Ok(permit) = tree.permit(&who.actor, action, &child.unit) {
                return Ok((person, permit));
            }
        }
    }
    Err(refused.into())
}

async fn around(app: &App, person: &Person) -> Result<Around, WebError> {
    let sealer = &app.store.sealer;
    let mut conn = app.store.read().await?;
    let tenures = people::tenures_of(&mut conn, &person.id).await?;
    let posts = post::of_person(&mut conn, &person.id).await?;
    let guardians = people::guardians_of(&mut conn, &person.id).await?;
    let children = people::children_of(&mut conn, &person.id).await?;
    let siblings = people::siblings_of(&mut conn, &person.id).await?;
    let ids: Vec<String> = guardians
        .iter()
        .map(|it| it.guardian.clone())
        .chain(children.iter().map(|it| it.student.clone()))
        .chain(siblings.iter().cloned())
        .collect();
    let known = people::by_ids(&mut conn, sealer, &ids).await?;
    let find = |id: &str| known.iter().find(|it| it.id == id).cloned();
    Ok(Around {
        tenures,
        posts,
        guardians: guardians
            .into_iter()
            .filter_map(|pair| Some((find(&pair.guardian)?, pair)).map(|(it, pair)| (pair, it)))
            .collect(),
        children: children
            .into_iter()
            .filter_map(|pair| Some((find(&pair.student)?, pair)).map(|(it, pair)| (pair, it)))
            .collect(),
        siblings: siblings.iter().filter_map(|id| find(id)).collect(),
    })
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let (person, _) = load(&app, &who, Action::ReadPeople, &id).await?;
    page(&app, &who, &person, false).await
}

/// Shows the fields in the clear, once, and writes down who looked.
pub(crate) async fn reveal(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let (person, permit) = load(&app, &who, Action::Reveal, &id).await?;
    let mut tx = app.store.write(app.clock.now()).await?;
    people::note_reveal(&mut tx, &permit, &person.id);
    tx.commit().await?;
    page(&app, &who, &person, true).await
}

async fn page(
    app: &App,
    who: &SignedIn,
    person: &Person,
    revealed: bool,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let around = around(app, person).await?;
    let unit = person.unit.as_str();
    let may_manage = tree.permit(&who.actor, Action::ManageOrganisation, unit).is_ok();
    let may_reveal = tree.permit(&who.actor, Action::Reveal, unit).is_ok();
    let to = |last: &str| format!("{}/{last}", path::person(&person.id));
    let content = html! {
        (units::trail_to(&tree, who, unit, &person.name))
        (heading(&person.name, may_manage.then(|| html! {
            a.button.quiet href=(to("edit")) { "修改" }
            @if person.role != PersonRole::Guardian && person.left_on.is_none() {
                a.button.quiet href=(to("transfer")) { "调动或离开" }
            }
        })))
        @if let Some(on) = &person.left_on { (note(&format!("已于 {on} 离开；历史资料保留。"), Tone::Warn)) }
        div.two {
            div {
                section.card {
                    h2 { "基本情况" }
                    (facts(&tree, person))
                }
                section.card {
                    div.heading {
                        h2 { "联系方式与证件" }
                        @if may_reveal && !revealed {
                            form method="post" action=(to("reveal")) { button.quiet type="submit" { "显示完整信息" } }
                        }
                    }
                    @if revealed { (note("以下为完整信息，本次查看已记入审计。请勿截图外传。", Tone::Warn)) }
                    (personal(person, revealed))
                }
                @if !around.guardians.is_empty() || person.role == PersonRole::Student {
                    section.card.flush { (family("监护人", &tree, &around.guardians)) }
                }
                @if !around.children.is_empty() {
                    section.card.flush { (family("被监护的学生", &tree, &around.children)) }
                }
            }
            div {
                @if !around.posts.is_empty() || person.role != PersonRole::Student {
                    section.card { h2 { "岗位" } (post_list(&tree, &around.posts)) }
                }
                @if !around.siblings.is_empty() {
                    section.card {
                        h2 { "兄弟姐妹" }
                        ul.plain {
                            @for it in &around.siblings {
                                li { a href=(path::person(&it.id)) { (it.name) } span.muted { " · " (tree.full_name(&it.unit)) } }
                            }
                        }
                    }
                }
                @if !around.tenures.is_empty() {
                    section.card {
                        h2 { "所在单位经历" }
                        ul.plain {
                            @for it in &around.tenures {
                                li {
                                    (tree.full_name(&it.unit)) br;
                                    span.muted.small {
                                        (it.from_on.as_deref().unwrap_or("（未记起始）")) " 至 "
                                        (it.until_on.as_deref().unwrap_or("今"))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(layout::page(app, who, Page { title: &person.name, here: path::PEOPLE, content }))
}

fn facts(tree: &Tree, it: &Person) -> Markup {
    let numbers = [
        ("学号", &it.student_no),
        ("全国学籍号", &it.register_no),
        ("工号", &it.staff_no),
        ("出生日期", &it.born_on),
        ("加入日期", &it.joined_on),
    ];
    html! {
        dl.facts {
            dt { "类别" } dd { (it.role.chinese()) }
            dt { "单位" } dd { a href=(path::unit(&it.unit)) { (tree.full_name(&it.unit)) } }
            @if let Some(gender) = it.gender { dt { "性别" } dd { (Gender::chinese(gender)) } }
            @for (label, value) in numbers {
                @if let Some(value) = value { dt { (label) } dd { (value) } }
            }
            @if !it.audiences.is_empty() {
                dt { "对象标签" }
                dd { @for audience in &it.audiences { (tag(super::edit::audience_name(audience), Tone::Calm)) " " } }
            }
        }
    }
}

fn personal(it: &Person, revealed: bool) -> Markup {
    let shown = |value: &Option<String>, head: usize, tail: usize| match value {
        None => "—".to_owned(),
        Some(value) if revealed => value.clone(),
        Some(value) => text::masked(value, head, tail),
    };
    html! {
        dl.facts {
            dt { "手机" } dd { (shown(&it.personal.phone, 3, 4)) }
            dt { "身份证件号" } dd { (shown(&it.personal.id_number, 3, 2)) }
            dt { "住址" } dd { (shown(&it.personal.address, 3, 0)) }
        }
    }
}

fn family(title: &str, tree: &Tree, pairs: &[(Guardianship, Person)]) -> Markup {
    html! {
        table.stack {
            caption { (title) }
            thead { tr { th { "姓名" } th { "关系" } th { "手机" } th { "单位" } } }
            tbody {
                @for (pair, it) in pairs {
                    tr {
                        td data-label="姓名" { a href=(path::person(&it.id)) { (it.name) } }
                        td data-label="关系" { (pair.relation.as_deref().unwrap_or("—")) }
                        td data-label="手机" {
                            @match it.personal.phone.as_deref() {
                                Some(phone) => (text::masked_phone(phone)),
                                None => @if it.role == PersonRole::Guardian { (tag("无手机", Tone::Warn)) } @else { "—" },
                            }
                        }
                        td data-label="单位" { (tree.full_name(&it.unit)) }
                    }
                }
            }
        }
        @if pairs.is_empty() { p.empty { "没有登记" (title) "。" } }
    }
}

fn post_list(tree: &Tree, held: &[Appointment]) -> Markup {
    html! {
        @if held.is_empty() { p.muted { "没有任职。" } }
        ul.plain {
            @for it in held {
                li {
                    a href=(format!("{}/posts", path::unit(&it.unit))) { (posts::post_name(&it.post)) }
                    @if it.substitute_for.is_some() { "（代理）" }
                    br;
                    span.muted.small {
                        (tree.full_name(&it.unit)) "，" (it.from_on) " 至 " (it.until_on.as_deref().unwrap_or("今"))
                    }
                }
            }
        }
    }
}
