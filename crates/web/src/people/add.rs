//! Adding one person by hand, with up to two guardians for a student.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::{Action, Permit};
use campaign::person::PersonRole;
use maud::{Markup, html};
use serde::Deserialize;
use storage::organisation::Unit;
use storage::people::{self, Guardianship, Person, Personal};

use super::edit::{PersonForm, fields, read};
use crate::app::new_id;
use crate::layout::{self, Page, Tone, field, heading};
use crate::session::SignedIn;
use crate::units::{manage, short};
use crate::{App, AppState, WebError, path, units};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
}

/// A new person; serde cannot flatten forms, so the fields stand twice.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewPerson {
    unit: String,
    role: String,
    name: String,
    gender: String,
    student_no: String,
    register_no: String,
    staff_no: String,
    born_on: String,
    joined_on: String,
    phone: String,
    id_number: String,
    address: String,
    guardian_name: String,
    guardian_relation: String,
    guardian_phone: String,
}

impl NewPerson {
    fn form(&self) -> PersonForm {
        PersonForm {
            role: self.role.clone(),
            name: self.name.clone(),
            gender: self.gender.clone(),
            student_no: self.student_no.clone(),
            register_no: self.register_no.clone(),
            staff_no: self.staff_no.clone(),
            born_on: self.born_on.clone(),
            joined_on: self.joined_on.clone(),
            phone: self.phone.clone(),
            id_number: self.id_number.clone(),
            address: self.address.clone(),
            ..PersonForm::default()
        }
    }
}

pub(crate) async fn add_form(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let node = tree.scope(&who.actor, Action::ManageOrganisation, Some(&asked.unit))?;
    let input = NewPerson { unit: node.unit.id.clone(), ..NewPerson::default() };
    Ok(form(&app, &who, &node.unit, &input, None))
}

fn form(
    app: &App,
    who: &SignedIn,
    unit: &Unit,
    input: &NewPerson,
    wrong: Option<&str>,
) -> Markup {
    let tree = app.live.tree();
    let content = html! {
        (units::trail(&tree, who, &unit.id, false))
        (heading("新增人员", None))
        @if let Some(words) = wrong { (layout::note(words, Tone::Bad)) }
        form.card.narrow method="post" action="/people/new" {
            input type="hidden" name="unit" value=(unit.id);
            (field("单位", Some("学生请先打开其班级，再新增"), html! { input type="text" value=(tree.full_name(&unit.id)) disabled; }))
            (fields(&input.form(), true))
            fieldset {
                legend { "监护人（学生填写，可不填）" }
                (field("监护人姓名", None, html! { input type="text" name="guardian_name" value=(input.guardian_name) maxlength="30"; }))
                (field("与学生关系", None, html! { input type="text" name="guardian_relation" value=(input.guardian_relation) maxlength="10" placeholder="如 父亲"; }))
                (field("监护人手机", Some("没有手机可不填；与他人同号的视为同一监护人"), html! { input type="tel" name="guardian_phone" value=(input.guardian_phone) maxlength="20"; }))
            }
            p.actions {
                button type="submit" { "新增" }
                a.button.quiet href=(path::with_query(path::PEOPLE, &[("unit", &unit.id)])) { "取消" }
            }
        }
    };
    layout::page(app, who, Page { title: "新增人员", here: path::PEOPLE, content })
}

pub(crate) async fn add(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<NewPerson>,
) -> Result<Response, WebError> {
    let (permit, unit) = manage(&app, &who, &input.unit)?;
    match save(&app, &permit, &unit, &input).await {
        Ok(id) => Ok(Redirect::to(&path::person(&id)).into_response()),
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            Ok((status, form(&app, &who, &unit, &input, Some(words))).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn save(
    app: &App,
    permit: &Permit,
    unit: &Unit,
    input: &NewPerson,
) -> Result<String, WebError> {
    if let Some(on) = &unit.closed_on {
        return Err(WebError::invalid(format!("该单位已于 {on} 撤销，不能新增人员。")));
    }
    let blank = Person::new(new_id(), unit.id.clone(), PersonRole::Student, String::new());
    let person = read(&input.form(), &blank, app.clock.today())?;
    let mut tx = app.store.write(app.clock.now()).await?;
    super::edit::numbers_are_free(app, &mut tx, &person).await?;
    let guardian = guardian(app, &mut tx, unit, input, &person).await?;
    people::insert_many(&mut tx, permit, std::slice::from_ref(&person)).await?;
    if let Some((new, pair)) = guardian {
        if let Some(new) = new {
            people::insert_many(&mut tx, permit, std::slice::from_ref(&new)).await?;
        }
        people::insert_guardianships(&mut tx, permit, std::slice::from_ref(&pair)).await?;
    }
    tx.commit().await?;
    Ok(person.id)
}

/// The guardian of the form: somebody known by phone and name, or a new one.
async fn guardian(
    app: &App,
    tx: &mut storage::Tx,
    unit: &Unit,
    input: &NewPerson,
    student: &Person,
) -> Result<Option<(Option<Person>, Guardianship)>, WebError> {
    let Some(name) = short(&input.guardian_name, "监护人姓名", 30)? else {
        return match input.guardian_phone.trim() {
            "" => Ok(None),
            _ => Err(WebError::invalid("填写了“监护人手机”，请一并填写“监护人姓名”。")),
        };
    };
    if student.role != PersonRole::Student {
        return Err(WebError::invalid("只有学生可以登记监护人。"));
    }
    let phone = super::edit::phone(&input.guardian_phone, "监护人手机")?;
    let known = match &phone {
        Some(phone) => {
            people::guardian_by_phone(tx.conn(), &app.store.sealer, phone, &name).await?
        }
        None => None,
    };
    let new = known.is_none().then(|| Person {
        personal: Personal { phone, ..Personal::default() },
        ..Person::new(new_id(), unit.id.clone(), PersonRole::Guardian, name)
    });
    let id = match (&known, &new) {
        (Some(id), _) => id.clone(),
        (None, Some(new)) => new.id.clone(),
        (None, None) => return Ok(None),
    };
    let pair = Guardianship {
        student: student.id.clone(),
        guardian: id,
        relation: short(&input.guardian_relation, "与学生关系", 10)?,
        position: 0,
    };
    Ok(Some((new, pair)))
}
