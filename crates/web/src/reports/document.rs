//! The form and the collation as Word and Excel files.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use office::letter::{
    Activity, Collation, CollationRow, MonthlyForm, collation as collation_letter,
    collation_xlsx, monthly_form, monthly_form_xlsx,
};
use serde::Deserialize;
use storage::report::Version;

use super::desk::{self, Opened};
use super::month;
use super::month::{below, newest};
use crate::clock::date_of;
use crate::export::{self, Paper};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, download, text};

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    format: String,
    version: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct CollationAsked {
    format: String,
    unit: String,
    /// `campaign/form`
    form: String,
    month: String,
}

pub(crate) async fn document(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let opened = desk::open(&app, &who, &id).await?;
    let version = match asked.version {
        Some(number) => opened.versions.iter().find(|it| it.version == number),
        None => opened.versions.first(),
    }
    .ok_or(WebError::NotFound)?;
    let form = filled_form(&app, &opened, version)?;
    let bytes = match asked.format.as_str() {
        "docx" => monthly_form(&form).to_docx(),
        "xlsx" => monthly_form_xlsx(&form),
        _ => return Err(WebError::invalid("文件格式应为 docx 或 xlsx。")),
    }
    .map_err(|error| WebError::Internal(error.to_string()))?;
    let name = format!(
        "{}{}{}",
        app.live.tree().name(&opened.report.unit),
        opened.report.period,
        opened.form.wanted().name
    );
    Ok(attachment(&name, &asked.format, bytes))
}

/// The body's name without its last office word opens the form's title.
fn system(app: &App) -> String {
    let tree = app.live.tree();
    let name = tree.root().map_or("", |root| root.unit.name.as_str());
    match name.strip_suffix("教育局").or_else(|| name.strip_suffix("教委")) {
        Some(place) => format!("{place}教育系统"),
        None => name.to_owned(),
    }
}

/// The plan's own name of its form; none where it is the form of the annex.
fn own_name(form: &desk::Form) -> String {
    if form.shape().has_clues { String::new() } else { form.wanted().name.clone() }
}

fn filled_form(app: &App, opened: &Opened, version: &Version) -> Result<MonthlyForm, WebError> {
    let it = &opened.report;
    let first = month(&it.period)?;
    let fields = &version.fields;
    let activity = |line: &campaign::report::Line| Activity {
        text: line.text.clone(),
        note: line.note.clone(),
    };
    let shape = opened.form.shape();
    let answer = |it: &campaign::report::Answer| (it.name.clone(), it.text.clone());
    Ok(MonthlyForm {
        system: system(app),
        name: own_name(&opened.form),
        work: shape.activities.filter(|_| !shape.has_clues).unwrap_or_default(),
        sections: fields.answers.iter().map(answer).collect(),
        without_clues: !shape.has_clues,
        unit: app.live.tree().name(&it.unit).to_owned(),
        year: first.year(),
        month: first.month(),
        activities: fields.activities.iter().map(activity).collect(),
        clues_month: u64::from(fields.clues_month),
        clues_total: u64::from(fields.clues_total),
        clues: fields.clues.clone(),
        filled_by: version.created_by.clone(),
        signed_by: version.signed_by.clone(),
        submitted_on: it.submitted_at.map(date_of),
        version: u32::try_from(version.version).unwrap_or(1),
        remark: fields.remarks.clone(),
    })
}

pub(crate) async fn collation(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<CollationAsked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let permit = tree.permit(&who.actor, Action::Report, &asked.unit)?;
    let (campaign, form) = asked.form.split_once('/').ok_or(WebError::NotFound)?;
    let form = desk::form(&app, campaign, form)?;
    let first = month(&asked.month)?;
    let mut conn = app.store.read().await?;
    let status = below(&mut conn, &tree, &form, (&asked.unit, first)).await?;
    let texts = newest(&mut conn, &form, (&asked.unit, first)).await?;
    drop(conn);
    let mut rows = Vec::new();
    for it in &status.rows {
        let report = it.report.as_ref();
        let mut row = CollationRow {
            unit: tree.full_name(&it.unit),
            submitted_on: report.and_then(|it| it.first_submitted_at).map(date_of),
            is_on_time: it.is_in_time,
            state: report.map_or("未报送", |it| it.state.chinese()).to_owned(),
            ..CollationRow::default()
        };
        // Only what was handed in is collated; a draft is not the superior's.
        if let Some(it) = report.filter(|it| it.state.is_handed_in())
            && let Some(version) = texts.get(&it.id)
        {
            row.n_activities = version.fields.activities.len() as u64;
            row.clues_month = u64::from(version.fields.clues_month);
            row.clues_total = u64::from(version.fields.clues_total);
            row.note.clone_from(&version.fields.remarks);
        }
        rows.push(row);
    }
    let all = status.all;
    let summary = format!(
        "应报 {} 个单位，已报 {} 个，报送率 {}；按时报送 {} 个，按时率 {}；已接收 {} 个。",
        all.due,
        all.handed_in,
        text::percent(all.share()),
        all.in_time,
        text::percent(all.timely()),
        all.accepted,
    );
    let shape = form.shape();
    let collated = Collation {
        system: system(&app),
        name: own_name(&form),
        without_clues: !shape.has_clues,
        unit: tree.name(&asked.unit).to_owned(),
        year: first.year(),
        month: first.month(),
        rows,
        summary,
        made_on: app.clock.today(),
    };
    let is_letter = match asked.format.as_str() {
        "docx" => true,
        "xlsx" => false,
        _ => return Err(WebError::invalid("文件格式应为 docx 或 xlsx。")),
    };
    let paper = Paper {
        list: "collation",
        name: format!("{}{}月报汇总.{}", tree.name(&asked.unit), asked.month, asked.format),
        narrowed: form.wanted().name.clone(),
        rows: collated.rows.len(),
        permit,
    };
    let make = move || {
        if is_letter {
            collation_letter(&collated).to_docx().map_err(|it| it.to_string())
        } else {
            collation_xlsx(&collated).map_err(|it| it.to_string())
        }
    };
    export::paper(&app, &who, paper, make).await
}

fn attachment(name: &str, format: &str, bytes: Vec<u8>) -> Response {
    let media_type = match format {
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _ => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    download::file(&format!("{name}.{format}"), media_type, bytes).into_response()
}
