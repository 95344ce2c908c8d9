//! A person's home: what I owe, until when, grouped by urgency.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use crate::layout::{self, Page, empty, heading};
use crate::session::SignedIn;
use crate::{AppState, WebError, path};

pub(crate) async fn root() -> Redirect {
    Redirect::to(path::HOME)
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
) -> Result<Response, WebError> {
    if who.must_change_password {
        return Ok(Redirect::to(path::ACCOUNT).into_response());
    }
    let content = html! {
        (heading("待办", None))
        (empty("眼下没有要办的事。", None))
    };
    Ok(layout::page(&app, &who, Page { title: "待办", here: path::HOME, content })
        .into_response())
}

pub(crate) async fn more(State(app): State<AppState>, who: SignedIn) -> Markup {
    let content = layout::more(&who);
    layout::page(&app, &who, Page { title: "全部功能", here: "/more", content })
}
