//! Changing what is known of a person, moving them, letting them go.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use campaign::person::{Gender, PersonRole};
use campaign::plan::{UnitKind, catalogue};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use storage::Tx;
use storage::people::{self, Person, Personal, Transfer};
use storage::post;

use super::show::load;
use crate::layout::{self, Page, Tone, field, heading, options};
use crate::session::SignedIn;
use crate::units::{optional_date, short};
use crate::{App, AppState, WebError, path, text, units};

#[derive(Debug, Default, Clone)]
pub(crate) struct PersonForm {
    pub(super) role: String,
    pub(super) name: String,
    pub(super) gender: String,
    pub(super) student_no: String,
    pub(super) register_no: String,
    pub(super) staff_no: String,
    pub(super) born_on: String,
    pub(super) joined_on: String,
    pub(super) phone: String,
    pub(super) id_number: String,
    pub(super) address: String,
    /// Codes, parted by spaces.
    pub(super) audiences: String,
    pub(super) revision: i64,
}

/// What the form shows of sealed fields: nothing. Empty leaves them as they
/// are, a dash clears them.
const KEEP: &str = "已登记；不改则不填，清除请填“-”";

pub(super) fn fields(form: &PersonForm, is_new: bool) -> Markup {
    let roles = PersonRole::ALL
        .iter()
        .filter(|role| **role != PersonRole::Guardian || form.role == "guardian")
        .map(|role| (role.code(), role.chinese()));
    let sealed = |label| if is_new { None } else { Some(label) };
    html! {
        (field("类别", None, html! { select name="role" { (options(roles, &form.role)) } }))
        (field("姓名", None, html! { input type="text" name="name" value=(form.name) required maxlength="30"; }))
        (field("性别", None, html! { select name="gender" { (options([("", "未填"), ("female", "女"), ("male", "男")], &form.gender)) } }))
        (field("学号", Some("学生；同一学校内不能重复"), html! { input type="text" name="student_no" value=(form.student_no) maxlength="30"; }))
        (field("全国学籍号", None, html! { input type="text" name="register_no" value=(form.register_no) maxlength="30"; }))
        (field("工号", Some("教职工"), html! { input type="text" name="staff_no" value=(form.staff_no) maxlength="30"; }))
        (field("出生日期", None, html! { input type="date" name="born_on" value=(form.born_on); }))
        (field("加入日期", Some("入学或入职日期"), html! { input type="date" name="joined_on" value=(form.joined_on); }))
        (field("手机", sealed(KEEP), html! { input type="tel" name="phone" value=(form.phone) maxlength="20" autocomplete="off"; }))
        (field("身份证件号", sealed(KEEP), html! { input type="text" name="id_number" value=(form.id_number) maxlength="30" autocomplete="off"; }))
        (field("住址", sealed(KEEP), html! { input type="text" name="address" value=(form.address) maxlength="200" autocomplete="off"; }))
    }
}

/// The Chinese name of an audience.
pub(super) fn audience_name(code: &str) -> &str {
    catalogue::audience(code).map_or(code, |entry| entry.name)
}

/// A phone number, mobile or with an area code; none if empty.
pub(super) fn phone(value: &str, label: &str) -> Result<Option<String>, WebError> {
    let digits: String =
        value.chars().filter(|c| !matches!(c, ' ' | '-' | '－' | '\u{3000}')).collect();
    if digits.is_empty() {
        return Ok(None);
    }
    let is_mobile = digits.len() == 11 && digits.starts_with('1');
    let is_fixed = (10..=12).contains(&digits.len()) && digits.starts_with('0');
    if digits.bytes().all(|b| b.is_ascii_digit()) && (is_mobile || is_fixed) {
        Ok(Some(digits))
    } else {
        Err(WebError::invalid(format!(
            "“{label}”应为 11 位手机号或带区号的固定电话，现为“{}”。",
            value.trim()
        )))
    }
}

/// The person that the form makes of `before`.
pub(super) fn read(
    form: &PersonForm,
    before: &Person,
    today: Date,
) -> Result<Person, WebError> {
    let role =
        PersonRole::from_code(&form.role).ok_or_else(|| WebError::invalid("请选择“类别”。"))?;
    let name =
        short(&form.name, "姓名", 30)?.ok_or_else(|| WebError::invalid("请填写“姓名”。"))?;
    let past = |value: &str, label: &str| -> Result<Option<String>, WebError> {
        let date = optional_date(value, label)?;
        match &date {
            Some(date) if *date > today.to_string() => {
                Err(WebError::invalid(format!("“{label}”不能晚于今天，现为 {date}。")))
            }
            _ => Ok(date),
        }
    };
    let sealed =
        |value: &str, old: &Option<String>, label: &str, most: usize| match value.trim() {
            "" => Ok(old.clone()),
            "-" | "－" | "—" => Ok(None),
            value => short(value, label, most),
        };
    let personal = Personal {
        phone: match form.phone.trim() {
            "" => before.personal.phone.clone(),
            "-" | "－" | "—" => None,
            value => phone(value, "手机")?,
        },
        id_number: sealed(&form.id_number, &before.personal.id_number, "身份证件号", 30)?,
        address: sealed(&form.address, &before.personal.address, "住址", 200)?,
    };
    let audiences: Vec<String> = form.audiences.split_whitespace().map(str::to_owned).collect();
    if let Some(unknown) = audiences.iter().find(|it| catalogue::audience(it).is_none()) {
        return Err(WebError::invalid(format!("“对象标签”中没有“{unknown}”。")));
    }
    Ok(Person {
        role,
        name,
        gender: Gender::from_code(&form.gender),
        student_no: short(&form.student_no, "学号", 30)?,
        register_no: short(&form.register_no, "全国学籍号", 30)?,
        staff_no: short(&form.staff_no, "工号", 30)?,
        born_on: past(&form.born_on, "出生日期")?,
        joined_on: past(&form.joined_on, "加入日期")?,
        personal,
        audiences,
        ..before.clone()
    })
}

/// Refuses a number that somebody else has.
pub(super) async fn numbers_are_free(
    app: &App,
    tx: &mut Tx,
    person: &Person,
) -> Result<(), WebError> {
    let tree = app.live.tree();
    if let Some(no) = &person.student_no {
        let top = tree.school_of(&person.unit).map_or(&person.unit, |node| &node.unit.id);
        let others = people::with_student_no(tx.conn(), top, no).await?;
        if others.iter().any(|id| *id != person.id) {
            return Err(WebError::invalid(format!("“学号”{no} 在本校已有人使用。")));
        }
    }
    if let Some(no) = &person.register_no {
        let other = people::with_register_no(tx.conn(), no).await?;
        if other.is_some_and(|id| id != person.id) {
            return Err(WebError::invalid(format!("“全国学籍号”{no} 已有人使用。")));
        }
    }
    Ok(())
}

/// Audiences that somebody has to say, since nothing else tells them.
fn tags() -> impl Iterator<Item = (&'static str, &'static str)> {
    const BY_THEMSELVES: [&str; 6] =
        ["student", "enrolled-student", "vocational-student", "child", "staff", "parent"];
    catalogue::AUDIENCES
        .iter()
        .filter(|entry| entry.persons && !BY_THEMSELVES.contains(&entry.id))
        .map(|entry| (entry.id, entry.name))
}

/// The form from its pairs: boxes come once for each that is ticked.
fn form_from(pairs: &[(String, String)]) -> PersonForm {
    let value = |name: &str| {
        let found = pairs.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let ticked: Vec<&str> = pairs
        .iter()
        .filter(|(name, _)| name == "audience")
        .map(|(_, value)| value.as_str())
        .collect();
    PersonForm {
        role: value("role"),
        name: value("name"),
        gender: value("gender"),
        student_no: value("student_no"),
        register_no: value("register_no"),
        staff_no: value("staff_no"),
        born_on: value("born_on"),
        joined_on: value("joined_on"),
        phone: value("phone"),
        id_number: value("id_number"),
        address: value("address"),
        audiences: ticked.join(" "),
        revision: value("revision").parse().unwrap_or_default(),
    }
}

fn form_of(it: &Person) -> PersonForm {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    PersonForm {
        role: it.role.code().to_owned(),
        name: it.name.clone(),
        gender: it.gender.map_or("", Gender::code).to_owned(),
        student_no: text(&it.student_no),
        register_no: text(&it.register_no),
        staff_no: text(&it.staff_no),
        born_on: text(&it.born_on),
        joined_on: text(&it.joined_on),
        audiences: it.audiences.join(" "),
        revision: it.revision,
        ..PersonForm::default()
    }
}

pub(crate) async fn edit_form(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let (person, _) = load(&app, &who, Action::ManageOrganisation, &id).await?;
    Ok(edit_page(&app, &who, &person, &form_of(&person), None))
}

fn edit_page(
    app: &App,
    who: &SignedIn,
    person: &Person,
    form: &PersonForm,
    wrong: Option<&str>,
) -> Markup {
    let tree = app.live.tree();
    let content = html! {
        (units::trail_to(&tree, who, &person.unit, &person.name))
        (heading(&format!("修改“{}”", person.name), None))
        @if let Some(words) = wrong { (layout::note(words, Tone::Bad)) }
        form.card.narrow method="post" action=(format!("{}/edit", path::person(&person.id))) {
            input type="hidden" name="revision" value=(form.revision);
            (fields(form, false))
            fieldset {
                legend { "对象标签" }
                p.muted.small { "任务、通知和测试按对象下达；学生、教职工、家长等由类别和学段自动得出，不必勾选。" }
                @for (code, label) in tags() {
                    label.line {
                        input type="checkbox" name="audience" value=(code) checked[form.audiences.split(' ').any(|own| own == code)];
                        (label)
                    }
                }
            }
            p.actions {
                button type="submit" { "保存" }
                a.button.quiet href=(path::person(&person.id)) { "取消" }
            }
        }
    };
    layout::page(app, who, Page { title: "修改人员", here: path::PEOPLE, content })
}

pub(crate) async fn edit(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let form = form_from(&pairs);
    let (person, permit) = load(&app, &who, Action::ManageOrganisation, &id).await?;
    let save = async {
        let changed = read(&form, &person, app.clock.today())?;
        let changed = Person { revision: form.revision, ..changed };
        let mut tx = app.store.write(app.clock.now()).await?;
        numbers_are_free(&app, &mut tx, &changed).await?;
        people::save(&mut tx, &permit, &changed).await?;
        tx.commit().await?;
        Ok(())
    };
    match save.await {
        Ok(()) => Ok(Redirect::to(&path::person(&id)).into_response()),
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            Ok((status, edit_page(&app, &who, &person, &form, Some(words))).into_response())
        }
        Err(error) => Err(error),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Moving {
    to: String,
    on: String,
    revision: i64,
}

pub(crate) async fn transfer_form(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, WebError> {
    let (person, _) = load(&app, &who, Action::ManageOrganisation, &id).await?;
    Ok(transfer_page(&app, &who, &person, &wanted.q, None))
}

fn transfer_page(
    app: &App,
    who: &SignedIn,
    person: &Person,
    query: &str,
    wrong: Option<&str>,
) -> Markup {
    let tree = app.live.tree();
    let query = query.trim();
    let home = tree.school_of(&person.unit).map(|node| node.unit.id.as_str());
    let is_student = person.role == PersonRole::Student;
    // Without a search: the places of one's own school; with one: everywhere
    // that the reader manages.
    let found = units::candidates(&tree, who, "", |node| {
        let full = || tree.full_name(&node.unit.id);
        let fits_kind = if is_student {
            matches!(node.unit.kind, UnitKind::Class | UnitKind::Group)
        } else {
            !matches!(node.unit.kind, UnitKind::Group)
        };
        fits_kind
            && node.unit.id != person.unit
            && if query.is_empty() {
                home.is_some_and(|home| tree.within(&node.unit.id, home))
            } else {
                full().contains(query)
            }
    });
    let today = app.clock.today().to_string();
    let to = |last: &str| format!("{}/{last}", path::person(&person.id));
    let content = html! {
        (units::trail_to(&tree, who, &person.unit, &person.name))
        (heading(&format!("“{}”调动或离开", person.name), None))
        @if let Some(words) = wrong { (layout::note(words, Tone::Bad)) }
        section.card {
            h2 { @if is_student { "转班或转学" } @else { "调动" } }
            form.filter method="get" action=(to("transfer")) role="search" {
                (field("查找单位", Some("可填学校名和班级名，如“中心小学 三年级1班”"), html! { input type="search" name="q" value=(query); }))
                button.quiet type="submit" { "查找" }
            }
            p.muted { "转到其他学校的，在原校的任职同时结束，空缺会在原校显示。" }
            form method="post" action=(to("transfer")) {
                input type="hidden" name="revision" value=(person.revision);
                fieldset {
                    legend { "转入" }
                    @if found.is_empty() { p.muted { "没有可以转入的单位，请换个名称查找。" } }
                    @for node in &found {
                        label.line { input type="radio" name="to" value=(node.unit.id) required; (tree.full_name(&node.unit.id)) }
                    }
                }
                (field("转入后的第一天", None, html! { input type="date" name="on" value=(today) required; }))
                button type="submit" disabled[found.is_empty()] data-off[found.is_empty()] { "转入" }
            }
        }
        section.card {
            h2 { @if is_student { "毕业、退学或转出本系统" } @else { "离职、退休或转出本系统" } }
            p { "离开后不再承担任务，所任岗位同时结束；以前的记录保留。" }
            form method="post" action=(to("leave")) data-confirm="确定办理离开吗？" {
                input type="hidden" name="revision" value=(person.revision);
                (field("最后一天", None, html! { input type="date" name="on" value=(today) required; }))
                button.danger type="submit" { "办理离开" }
            }
        }
        p { a href=(path::person(&person.id)) { "返回" } }
    };
    layout::page(app, who, Page { title: "调动或离开", here: path::PEOPLE, content })
}

pub(crate) async fn transfer(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Moving>,
) -> Result<Response, WebError> {
    let (person, permit) = load(&app, &who, Action::ManageOrganisation, &id).await?;
    let tree = app.live.tree();
    let save = async {
        let target = tree
            .get(&input.to)
            .filter(|node| node.unit.closed_on.is_none())
            .ok_or_else(|| WebError::invalid("请选择要转入的单位。"))?;
        tree.permit(&who.actor, Action::ManageOrganisation, &input.to)?;
        let on = text::parse_date(&input.on, "转入后的第一天")?;
        let until = on.yesterday().map_err(|_| WebError::invalid("日期超出范围。"))?;
        if person.joined_on.as_deref().is_some_and(|joined| until.to_string().as_str() < joined)
        {
            return Err(WebError::invalid("“转入后的第一天”须晚于加入日期。"));
        }
        let moved = Person { unit: target.unit.id.clone(), ..person.clone() };
        let mut tx = app.store.write(app.clock.now()).await?;
        numbers_are_free(&app, &mut tx, &moved).await?;
        let (on, until) = (on.to_string(), until.to_string());
        let it = Transfer { person: &person.id, to: &target.unit.id, on: &on, until: &until };
        people::transfer(&mut tx, &permit, &it, input.revision).await?;
        // Posts stay with their school: whoever goes to another one leaves them.
        let school = |unit: &str| tree.school_of(unit).map(|node| node.unit.id.clone());
        if let Some(old) = school(&person.unit)
            && school(&target.unit.id).as_deref() != Some(old.as_str())
        {
            post::end_of_person(&mut tx, &permit, &person.id, &old, &until).await?;
        }
        tx.commit().await?;
        Ok(())
    };
    done(&app, &who, &person, save.await)
}

pub(crate) async fn leave(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Moving>,
) -> Result<Response, WebError> {
    let (person, permit) = load(&app, &who, Action::ManageOrganisation, &id).await?;
    let save = async {
        let on = text::parse_date(&input.on, "最后一天")?.to_string();
        if person.joined_on.as_deref().is_some_and(|joined| on.as_str() < joined) {
            return Err(WebError::invalid("“最后一天”不能早于加入日期。"));
        }
        let mut tx = app.store.write(app.clock.now()).await?;
        people::leave(&mut tx, &permit, &person.id, &on, input.revision).await?;
        tx.commit().await?;
        Ok(())
    };
    done(&app, &who, &person, save.await)
}

fn done(
    app: &App,
    who: &SignedIn,
    person: &Person,
    saved: Result<(), WebError>,
) -> Result<Response, WebError> {
    match saved {
        Ok(()) => Ok(Redirect::to(&path::person(&person.id)).into_response()),
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            let page = transfer_page(app, who, person, "", Some(words));
            Ok((status, page).into_response())
        }
        Err(error) => Err(error),
    }
}
