//! Every route in one flat list.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::{
    AppState, WebError, account, accounts, ask, assets, audit, board, calendar, consultations,
    export, files, home, import, jobs, library, notifications, outbox, people, plans, posts,
    records, reminders, reports, review, setup, sign_in, units,
};

/// Nothing from elsewhere, nothing inline, no framing.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; \
    media-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

pub fn router(app: AppState) -> Router {
    let routes = Router::new()
        .route("/", get(home::root))
        .route("/assets/{hash}/{name}", get(assets::show))
        .route("/healthz", get(async || "ok"))
        .route("/setup", get(setup::show).post(setup::create))
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-out", post(sign_in::leave))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/account/sessions/close", post(account::close_session))
        .route("/account/email", post(account::change_email))
        .route("/home", get(home::show))
        .route("/more", get(home::more))
        .route("/board", get(board::show))
        .route("/board/units.xlsx", get(board::units_file))
        .route("/board/duties.xlsx", get(board::duties_file))
        .route("/board/months.xlsx", get(board::months_file))
        .route("/board/duty", get(board::duty_page))
        .route("/board/duty.xlsx", get(board::duty_file))
        .route("/board/target", get(board::target_page))
        .route("/board/target.xlsx", get(board::target_file))
        .route("/board/target/readings", post(board::enter_reading))
        .route("/board/target/readings/{id}/withdraw", post(board::withdraw_reading))
        .route("/api/board", get(board::rates))
        .route("/calendar", get(calendar::show))
        .route("/calendar/file", get(calendar::file))
        .route("/calendar/add", post(calendar::add))
        .route("/calendar/remove", post(calendar::remove))
        .route("/calendar/text", post(calendar::save_text))
        .route("/plans", get(plans::list))
        .route("/plans/new", get(plans::choose))
        .route("/plans/preview", get(plans::preview_built_in).post(plans::preview_upload))
        .route("/plans/start", post(plans::start))
        .merge(drafts())
        .route("/plans/{id}", get(plans::show))
        .route("/plans/{id}/document", get(plans::source_document))
        .route("/plans/{id}/file", get(plans::file))
        .route("/plans/{id}/clauses/{clause}", get(plans::clause))
        .route("/plans/{id}/amend", get(plans::amend_form).post(plans::amend))
        .route("/plans/{id}/amend/preview", post(plans::amend_preview))
        .route("/plans/{id}/end", post(plans::end))
        .route("/plans/{id}/duties/new", get(plans::add_duty_form).post(plans::add_duty))
        .route("/plans/{id}/exemptions", get(plans::exemptions).post(plans::grant))
        .route("/plans/{id}/exemptions/{exemption}/revoke", post(plans::revoke))
        .route("/plans/{id}/events", get(plans::events).post(plans::add_event))
        .route("/plans/{id}/events/{event}/cancel", post(plans::cancel_event))
        .route("/units", get(units::list))
        .route("/units/roll", get(units::roll_page).post(units::run_roll))
        .route("/units/roll/{id}/undo", post(units::undo_roll))
        .route("/units/{id}", get(units::show))
        .route("/units/{id}/new", get(units::add_form).post(units::add))
        .route("/units/{id}/classes", get(units::classes_form).post(units::add_classes))
        .route("/units/{id}/edit", get(units::edit_form).post(units::edit))
        .route("/units/{id}/move", get(units::move_form).post(units::move_unit))
        .route("/units/{id}/close", get(units::close_form).post(units::close))
        .route("/units/{id}/merge", post(units::merge))
        .route("/units/{id}/posts", get(posts::show).post(posts::appoint))
        .route("/units/{id}/appointments", get(posts::print).post(posts::download))
        .route("/posts/{id}/end", post(posts::end))
        .route("/people", get(people::list))
        .route("/people/new", get(people::add_form).post(people::add))
        .route("/people/{id}", get(people::show))
        .route("/people/{id}/reveal", post(people::reveal))
        .route("/people/{id}/edit", get(people::edit_form).post(people::edit))
        .route("/people/{id}/transfer", get(people::transfer_form).post(people::transfer))
        .route("/people/{id}/leave", post(people::leave))
        .route("/coverage", get(people::coverage))
        .route("/notifications", get(notifications::list))
        .route("/notifications/read", post(notifications::read_all))
        .route("/notifications/{id}/open", post(notifications::open))
        .route("/outbox", get(outbox::list))
        .route("/outbox/resend", post(outbox::resend))
        .route("/reminders", get(reminders::show).post(reminders::save))
        .route("/jobs", get(jobs::list))
        .route("/jobs/{id}", get(jobs::show))
        .route("/jobs/{id}/file", get(export::file))
        .route("/import", get(import::form))
        .route("/import/template", get(import::template))
        .route("/import/{id}", get(import::show))
        .route("/import/{id}/confirm", post(import::confirm))
        .route("/import/{id}/columns", post(import::remap))
        .route("/import/{id}/cancel", post(import::cancel))
        .route("/import/{id}/marked", get(import::marked))
        .route("/accounts", get(accounts::list))
        .route("/accounts/new", get(accounts::add_form).post(accounts::add))
        .route("/accounts/teachers", get(accounts::teachers).post(accounts::make_for_teachers))
        .route("/accounts/{id}", get(accounts::show))
        .route("/accounts/{id}/grant", post(accounts::grant))
        .route("/accounts/{id}/revoke", post(accounts::revoke))
        .route("/accounts/{id}/change", post(accounts::change))
        .route("/audit", get(audit::show))
        .route("/records", get(records::list))
        .route("/records/new", get(records::new))
        .route("/records/export.xlsx", get(records::export))
        .route("/records/{id}", get(records::show))
        .route("/records/{id}/withdraw", post(records::withdraw))
        .route("/files/{id}", get(files::original))
        .route("/files/{id}/thumbnail", get(files::thumbnail))
        .route("/review", get(review::queue))
        .route("/review/batch", post(review::many))
        .route("/review/{id}", post(review::one))
        .route("/review/suspicion/{id}", post(review::judge))
        .route("/api/records", post(records::create_by_api))
        .route("/reports", get(reports::index))
        .route("/reports/begin", post(reports::begin))
        .route("/reports/collation", get(reports::collation))
        .route("/reports/{id}", get(reports::show))
        .route("/reports/{id}/edit", post(reports::save))
        .route("/reports/{id}/step", post(reports::step))
        .route("/reports/{id}/document", get(reports::document))
        .route("/ask", get(ask::form))
        .route("/ask/own", get(ask::own))
        .route("/ask/mine", get(ask::mine))
        .route("/ask/pay", get(ask::pay))
        .route("/ask/poster", get(ask::poster))
        .route("/ask/follow", get(ask::follow_form).post(ask::follow))
        .route("/ask/leave", post(ask::leave))
        .route("/ask/c/{id}", get(ask::show))
        .route("/ask/c/{id}/hand-over", post(ask::hand_over))
        .route("/ask/c/{id}/say", post(ask::say))
        .route("/ask/c/{id}/settle", post(ask::settle))
        .route("/ask/c/{id}/reopen", post(ask::reopen))
        .route("/ask/c/{id}/files/{file}", get(ask::file))
        .route("/ask/c/{id}/files/{file}/thumbnail", get(ask::thumbnail))
        .route("/api/consultations", post(ask::create_by_api))
        .route("/consultations", get(consultations::list))
        .route("/consultations/export.xlsx", get(consultations::export))
        .route("/consultations/trends", get(consultations::trends_page))
        .route("/consultations/trends.xlsx", get(consultations::trends_file))
        .route("/consultations/duty", get(consultations::duty_page).post(consultations::put))
        .route("/consultations/duty/remove", post(consultations::remove))
        .route("/consultations/retention", post(consultations::save_retention))
        .route("/consultations/{id}", get(consultations::show))
        .route("/consultations/{id}/reveal", post(consultations::reveal))
        .route("/consultations/{id}/take", post(consultations::take))
        .route("/consultations/{id}/let-go", post(consultations::let_go))
        .route(
            "/consultations/{id}/pass",
            get(consultations::pass_form).post(consultations::pass),
        )
        .route("/consultations/{id}/say", post(consultations::say))
        .route("/consultations/{id}/close", post(consultations::close))
        .route("/know", get(library::index))
        .route("/know/{kind}/{id}", get(library::read))
        .route("/know/{kind}/{id}/print", get(library::print))
        .route("/know/files/{id}/{version}/{place}", get(library::file))
        .route("/know/files/{id}/{version}/{place}/thumbnail", get(library::thumbnail))
        .route("/library", get(library::list).post(library::create))
        .route("/library/new", get(library::new_form))
        .route("/library/export.xlsx", get(library::export))
        .route("/library/{id}", get(library::show))
        .route("/library/{id}/edit", get(library::edit_form).post(library::edit))
        .route("/library/{id}/step", post(library::step))
        .route("/library/{id}/files/{place}/remove", post(library::detach))
        .fallback(async || WebError::NotFound);
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let quick =
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_mins(1));
    routes
        .layer(quick)
        .merge(uploads())
        .layer(header(CACHE_CONTROL, "no-store"))
        .layer(header(CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(REFERRER_POLICY, "same-origin"))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(X_FRAME_OPTIONS, "DENY"))
        .layer(CsrfLayer::new())
        .layer(CompressionLayer::new().compress_when(packs()))
        .layer(CatchPanicLayer::new())
        .with_state(app)
}

/// What is packed on its way: films, PDF and Office files are packed in themselves.
fn packs() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/vnd.openxmlformats-officedocument"))
}

/// From the official document to the plan.
fn drafts() -> Router<AppState> {
    use plans::drafts;
    Router::new()
        .route("/plans/drafts", get(drafts::list))
        .route("/plans/drafts/new", get(drafts::new))
        .route("/plans/drafts/{id}", get(drafts::show))
        .route("/plans/drafts/{id}/file", get(drafts::file))
        .route("/plans/drafts/{id}/items", post(drafts::add))
        .route("/plans/drafts/{id}/items/{item}", get(drafts::edit).post(drafts::decide))
        .route("/plans/drafts/{id}/sentences", get(drafts::sentences))
        .route("/plans/drafts/{id}/sure", post(drafts::accept_sure))
        .route("/plans/drafts/{id}/head", post(drafts::save_head))
        .route("/plans/drafts/{id}/preview", get(drafts::preview))
        .route("/plans/drafts/{id}/plan.toml", get(drafts::plan_file))
        .route("/plans/drafts/{id}/start", post(drafts::start))
        .route("/plans/drafts/{id}/amend", post(drafts::amend))
        .route("/plans/drafts/{id}/edition", get(drafts::edition_form))
        .route("/plans/drafts/{id}/changes", get(drafts::changes))
        .route("/plans/drafts/{id}/history", get(drafts::history))
        .route("/plans/drafts/{id}/discard", post(drafts::discard))
        .route("/plans/drafts/{id}/restore", post(drafts::restore))
}

/// Forms with files: more bytes, and the time that a phone takes for them.
fn uploads() -> Router<AppState> {
    const BODY_MAX: usize = 300 << 20;
    const TIME_MAX: Duration = Duration::from_mins(15);
    // Four screenshots and the words.
    const ASK_BODY_MAX: usize = 33 << 20;
    Router::new()
        .route("/records/new", post(records::create))
        // Counted while they come, and refused past 100 MB.
        .route("/plans/drafts", post(plans::drafts::create))
        .route("/plans/drafts/{id}/edition", post(plans::drafts::new_edition))
        // Counted while it comes as well.
        .route("/library/{id}/files", post(library::attach))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        // The file is counted while it comes, piece by piece.
        .route("/import", post(import::take).layer(DefaultBodyLimit::disable()))
        .route("/ask", post(ask::ask).layer(DefaultBodyLimit::max(ASK_BODY_MAX)))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIME_MAX))
}
