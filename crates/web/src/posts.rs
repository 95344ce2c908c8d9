//! Posts and teams of a unit: who holds what, what is vacant, who stands in.

mod appoint;
mod roll;

use axum::extract::{Path, Query, State};
use campaign::access::Action;
use campaign::day::Day;
use campaign::plan::{UnitKind, catalogue};
use maud::{Markup, html};
use serde::Deserialize;
use storage::people::Scope;
use storage::post::{self, Holder};

use crate::layout::{self, Page, Tone, field, heading, options, tag};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, units};

pub(crate) use appoint::{appoint, end};
pub(crate) use roll::{download, print};

/// A post that a unit shall have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedPost {
    pub(crate) post: String,
    pub(crate) name: String,
    pub(crate) least: usize,
    /// Where the plan asks for it; empty for the usual ones.
    pub(crate) clause: String,
}

/// What a unit shall have: posts in their order, and teams that act together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) posts: Vec<WantedPost>,
    /// Name of the team and the codes of its posts.
    pub(crate) teams: Vec<(String, Vec<String>)>,
}

impl Wanted {
    pub(crate) fn add(&mut self, post: &str, name: &str, least: usize, clause: &str) {
        match self.posts.iter_mut().find(|it| it.post == post) {
            Some(it) => it.least = it.least.max(least),
            None => self.posts.push(WantedPost {
                post: post.to_owned(),
                name: name.to_owned(),
                least,
                clause: clause.to_owned(),
            }),
        }
    }

    pub(crate) fn add_team(&mut self, name: &str, posts: &[String]) {
        if !self.teams.iter().any(|(known, _)| known == name) {
            self.teams.push((name.to_owned(), posts.to_vec()));
        }
    }
}

/// The team of every school's grid, where no plan says otherwise.
const USUAL_TEAM: [&str; 4] =
    ["grid-chief", "community-police", "security-officer", "volunteer"];

/// What the usual practice asks of a unit of this kind.
pub(crate) fn usual(kind: UnitKind) -> Wanted {
    let mut wanted = Wanted::default();
    let posts: &[&str] = match kind {
        UnitKind::School => &USUAL_TEAM,
        UnitKind::Class => &["class-teacher", "class-safety-member"],
        UnitKind::Group => &["group-leader"],
        UnitKind::Bureau | UnitKind::Institution | UnitKind::Faculty => {
            &["leading-head", "liaison"]
        }
        UnitKind::Grade => &["grade-leader"],
        UnitKind::Department => &[],
    };
    for post in posts {
        wanted.add(post, post_name(post), 1, "");
    }
    if kind == UnitKind::School {
        wanted.add_team("四位一体工作组", &USUAL_TEAM.map(str::to_owned));
    }
    wanted
}

/// What a unit shall have by the plans that run for it, else by usual practice.
pub(crate) fn wanted(app: &App, tree: &Tree, unit: &str) -> Wanted {
    let Some(node) = tree.get(unit) else { return Wanted::default() };
    let (kind, stage) = (node.unit.kind, tree.stage_of(unit));
    let today = Day::from(app.clock.today());
    let mut wanted = Wanted::default();
    for campaign in app.live.binding(unit).iter().filter(|campaign| !campaign.is_ended()) {
        let plan = &campaign.version_on(today).plan;
        for team in plan.teams.iter().filter(|team| team.kind.contains(&kind)) {
            wanted.add_team(&team.name, &team.posts);
            for post in &team.posts {
                wanted.add(post, plan.post_name(post), 1, &team.clause);
            }
        }
        for post in &plan.posts {
            let fits_stage =
                post.stage.is_empty() || stage.is_some_and(|stage| post.stage.contains(&stage));
            if post.kind.contains(&kind) && fits_stage {
                let name = plan.post_name(&post.post);
                wanted.add(&post.post, name, post.least as usize, &post.clause);
            }
        }
    }
    if wanted.posts.is_empty() { usual(kind) } else { wanted }
}

/// The Chinese name of a post of the catalogue; the code itself if it is a
/// plan's own.
pub(crate) fn post_name(code: &str) -> &str {
    catalogue::post(code).map_or(code, |entry| entry.name)
}

fn holds_on(holder: &Holder, today: &str) -> bool {
    let it = &holder.appointment;
    it.from_on.as_str() <= today && it.until_on.as_deref().is_none_or(|until| today <= until)
}

/// Posts that are vacant on `today`.
pub(crate) fn vacancies<'a>(
    wanted: &'a Wanted,
    holders: &[Holder],
    today: &str,
) -> Vec<&'a WantedPost> {
    let held = |post: &str| {
        let own = |it: &&Holder| it.appointment.post == post && holds_on(it, today);
        holders.iter().filter(own).count()
    };
    wanted.posts.iter().filter(|it| held(&it.post) < it.least).collect()
}

/// The short form on a unit's page: each wanted post with its holders.
pub(crate) fn summary(wanted: &Wanted, holders: &[Holder], today: &str) -> Markup {
    let now: Vec<&Holder> = holders.iter().filter(|it| holds_on(it, today)).collect();
    let vacant = vacancies(wanted, holders, today);
    let other = now
        .iter()
        .filter(|it| !wanted.posts.iter().any(|wanted| wanted.post == it.appointment.post));
    html! {
        @for (name, posts) in &wanted.teams {
            @let gaps = vacant.iter().filter(|it| posts.contains(&it.post)).count();
            p {
                (name) " "
                @if gaps == 0 { (tag("齐全", Tone::Good)) }
                @else { (tag(&format!("缺 {gaps} 岗"), Tone::Bad)) }
            }
        }
        dl.facts {
            @for it in &wanted.posts {
                dt { (it.name) }
                dd {
                    @let names: Vec<&Holder> = now.iter().filter(|holder| holder.appointment.post == it.post).copied().collect();
                    (people(&names))
                    @if names.len() < it.least { (tag("空缺", Tone::Bad)) }
                }
            }
            @for it in other {
                dt { (post_name(&it.appointment.post)) }
                dd { (people(std::slice::from_ref(it))) }
            }
        }
        @if wanted.posts.is_empty() && now.is_empty() { p.muted { "没有任职。" } }
    }
}

fn people(holders: &[&Holder]) -> Markup {
    html! {
        @for (index, it) in holders.iter().enumerate() {
            @if index > 0 { "、" }
            a href=(path::person(&it.appointment.person)) { (it.name) }
            @if it.appointment.substitute_for.is_some() { span.muted { "（代理）" } }
        }
        @if !holders.is_empty() { " " }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    past: String,
}

/// What an appointment form holds.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Appointing {
    post: String,
    person: String,
    person_id: String,
    from_on: String,
    until_on: String,
    substitute_for: String,
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let form = Appointing { from_on: app.clock.today().to_string(), ..Appointing::default() };
    board(&app, &who, &id, Shown { past: !asked.past.is_empty(), form, ..Shown::default() })
        .await
}

/// What the page of posts shows besides the posts.
#[derive(Debug, Default)]
struct Shown {
    past: bool,
    form: Appointing,
    wrong: Option<String>,
    /// Several people have the name: id, and words to tell them apart.
    choices: Vec<(String, String)>,
}

async fn board(app: &App, who: &SignedIn, id: &str, shown: Shown) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    tree.permit(&who.actor, Action::Read, id)?;
    let node = tree.get(id).ok_or(WebError::NotFound)?;
    let today = app.clock.today().to_string();
    let since = if shown.past { "" } else { &today };
    let mut conn = app.store.read().await?;
    let holders = post::holders(&mut conn, Scope::Only(id), since).await?;
    drop(conn);
    let wanted = wanted(app, &tree, id);
    let vacant = vacancies(&wanted, &holders, &today);
    let may = node.unit.closed_on.is_none()
        && tree.permit(&who.actor, Action::ManageOrganisation, id).is_ok();
    let here = format!("{}/posts", path::unit(id));
    let actions = html! {
        a.button.quiet href=(format!("{}/appointments", path::unit(id))) { "打印岗位名单" }
        @if shown.past { a.button.quiet href=(here) { "只看在任" } }
        @else { a.button.quiet href=(format!("{here}?past=1")) { "含历任" } }
    };
    let content = html! {
        (units::trail_to(&tree, who, id, "岗位"))
        (heading(&format!("{}的岗位", node.unit.name), Some(actions)))
        @if let Some(words) = &shown.wrong { (layout::note(words, Tone::Bad)) }
        @for (name, posts) in &wanted.teams {
            @let gaps: Vec<&str> = vacant.iter().filter(|it| posts.contains(&it.post)).map(|it| it.name.as_str()).collect();
            @if gaps.is_empty() { (layout::note(&format!("{name}齐全。"), Tone::Good)) }
            @else { (layout::note(&format!("{name}空缺：{}。", gaps.join("、")), Tone::Warn)) }
        }
        section.card.flush { (holder_table(&holders, &vacant, &today, may)) }
        @if may { (appoint_form(&wanted, node.unit.kind, &holders, &here, &shown)) }
    };
    Ok(layout::page(app, who, Page { title: "岗位", here: path::UNITS, content }))
}

fn holder_table(holders: &[Holder], vacant: &[&WantedPost], today: &str, may: bool) -> Markup {
    html! {
        table.stack {
            thead { tr { th { "岗位" } th { "姓名" } th { "任期" } th { "状态" } @if may { th { "操作" } } } }
            tbody {
                @for it in vacant {
                    tr {
                        td data-label="岗位" { (it.name) @if !it.clause.is_empty() { span.muted.small { " · 方案" (it.clause) } } }
                        td data-label="姓名" { "—" }
                        td data-label="任期" { "—" }
                        td data-label="状态" { (tag("空缺", Tone::Bad)) }
                        @if may { td data-label="操作" { a href="#appoint" { "任命" } } }
                    }
                }
                @for holder in holders {
                    @let it = &holder.appointment;
                    tr {
                        td data-label="岗位" { (post_name(&it.post)) }
                        td data-label="姓名" {
                            a href=(path::person(&it.person)) { (holder.name) }
                            @if let Some(name) = stands_for(holders, it.substitute_for.as_deref()) {
                                span.muted { "（代" (name) "）" }
                            }
                        }
                        td data-label="任期" { (it.from_on) " 起" @if let Some(until) = &it.until_on { "，至 " (until) } }
                        td data-label="状态" {
                            @if holds_on(holder, today) { (tag(if it.substitute_for.is_some() { "代理中" } else { "在任" }, Tone::Good)) }
                            @else if today < it.from_on.as_str() { (tag("未到任", Tone::Calm)) }
                            @else { (tag("已卸任", Tone::Faint)) }
                        }
                        @if may {
                            td data-label="操作" {
                                @if it.until_on.is_none() {
                                    form.inline method="post" action=(format!("/posts/{}/end", it.id)) {
                                        input type="hidden" name="revision" value=(it.revision);
                                        input type="date" name="on" value=(today) required aria-label="最后一天";
                                        button.quiet type="submit" { "卸任" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if holders.is_empty() && vacant.is_empty() { p.empty { "还没有任职。" } }
    }
}

fn stands_for<'a>(holders: &'a [Holder], appointment: Option<&str>) -> Option<&'a str> {
    let id = appointment?;
    holders.iter().find(|it| it.appointment.id == id).map(|it| it.name.as_str())
}

fn appoint_form(
    wanted: &Wanted,
    kind: UnitKind,
    holders: &[Holder],
    here: &str,
    shown: &Shown,
) -> Markup {
    let mut posts: Vec<(&str, &str)> =
        wanted.posts.iter().map(|it| (it.post.as_str(), it.name.as_str())).collect();
    for entry in catalogue::POSTS.iter().filter(|entry| entry.kinds.contains(&kind)) {
        if !posts.iter().any(|(id, _)| *id == entry.id) {
            posts.push((entry.id, entry.name));
        }
    }
    let form = &shown.form;
    let own = holders.iter().filter(|it| {
        it.appointment.until_on.is_none() && it.appointment.substitute_for.is_none()
    });
    html! {
        form.card.narrow #appoint method="post" action=(here) {
            h2 { "任命或代理" }
            (field("岗位", None, html! { select name="post" required { (options(posts, &form.post)) } }))
            (field("姓名", Some("填姓名、工号或学号，在本校人员中查找"), html! { input type="text" name="person" value=(form.person) required maxlength="40" autocomplete="off"; }))
            @if !shown.choices.is_empty() {
                fieldset {
                    legend { "有多人符合，请选择" }
                    @for (id, words) in &shown.choices {
                        label.line { input type="radio" name="person_id" value=(id) required checked[*id == form.person_id]; (words) }
                    }
                }
            }
            (field("到任日期", None, html! { input type="date" name="from_on" value=(form.from_on) required; }))
            (field("最后一天", Some("长期任职不填；代理请填写"), html! { input type="date" name="until_on" value=(form.until_on); }))
            (field("代理", Some("代替休假、外出的任职人员；任务随岗位走"), html! {
                select name="substitute_for" {
                    option value="" { "不是代理，正式任命" }
                    @for it in own {
                        option value=(it.appointment.id) selected[it.appointment.id == form.substitute_for] { "代" (it.name) "任" (post_name(&it.appointment.post)) }
                    }
                }
            }))
            button type="submit" { "任命" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use storage::post::Appointment;

    fn holder(post: &str, until: Option<&str>) -> Holder {
        Holder {
            appointment: Appointment {
                id: "t".to_owned(),
                unit: "s".to_owned(),
                post: post.to_owned(),
                person: "p".to_owned(),
                from_on: "2022-01-01".to_owned(),
                until_on: until.map(str::to_owned),
                substitute_for: None,
                revision: 1,
            },
            name: "周正平".to_owned(),
            phone_sealed: None,
        }
    }

    #[test]
    fn a_post_whose_holder_has_gone_is_vacant() {
        let wanted = usual(UnitKind::School);
        let holders = [
            holder("grid-chief", None),
            holder("volunteer", Some("2022-02-28")),
            holder("security-officer", Some("2022-03-15")),
        ];
        let gaps = vacancies(&wanted, &holders, "2022-03-15");
        let codes: Vec<&str> = gaps.iter().map(|it| it.post.as_str()).collect();
        assert_eq!(codes, ["community-police", "volunteer"]);
    }
}
