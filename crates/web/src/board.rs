//! The board: for a unit and a date, what is asked, what is done, and where
//! something is missing, down to the clause and the record.

mod api;
mod chart;
mod duty;
mod export;
mod figures;
mod frame;
mod judged;
mod parts;
mod ranking;
mod target;

use axum::extract::{Query, State};
use campaign::access::Action;
use maud::{Markup, html};

use crate::layout::{self, Page, empty, heading};
use crate::session::SignedIn;
use crate::{AppState, WebError, path};

pub(crate) use api::rates;
pub(crate) use duty::{duty_file, duty_page};
pub(crate) use export::{duties_file, months_file, units_file};
use figures::Figures;
use frame::{Asked, Frame};
pub(crate) use target::{
    enter as enter_reading, file as target_file, show as target_page,
    withdraw as withdraw_reading,
};

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let Some(frame) = Frame::open(&app, &who, asked).await? else {
        return nothing(&app, &who);
    };
    let figures = Figures::gather(&frame);
    let judged = judged::judge(&app, &frame, &figures.targets).await?;
    let title = format!("看板 · {}", frame.unit_name());
    let content = html! {
        (parts::head(&frame))
        (parts::summary(&frame, &figures))
        div.two {
            div {
                (parts::duties(&frame, &figures))
            }
            div {
                (chart::months(&figures.months))
                (parts::targets(&frame, &judged))
            }
        }
        (ranking::units(&frame, &figures))
        (parts::heat(&frame, &figures))
        (parts::own(&frame, &figures))
    };
    Ok(layout::page(&app, &who, Page { title: &title, here: path::BOARD, content }))
}

/// No campaign binds any unit that the reader may look at.
fn nothing(app: &crate::App, who: &SignedIn) -> Result<Markup, WebError> {
    app.live.tree().scope(&who.actor, Action::Read, None)?;
    let adopt = who
        .actor
        .may_anywhere(Action::ManagePlans)
        .then(|| html! { a.button href="/plans/new" { "采用方案" } });
    let content = html! {
        (heading("看板", None))
        section.card { (empty("还没有正在实施的方案，看板要等方案启动后才有内容。", adopt)) }
    };
    Ok(layout::page(app, who, Page { title: "看板", here: path::BOARD, content }))
}
