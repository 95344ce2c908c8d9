//! Every path that pages link to, in one place.

pub const HOME: &str = "/home";
pub const SIGN_IN: &str = "/sign-in";
pub const SIGN_OUT: &str = "/sign-out";
pub const SETUP: &str = "/setup";
pub const ACCOUNT: &str = "/account";
pub const RECORDS: &str = "/records";
pub const REVIEW: &str = "/review";
pub const BOARD: &str = "/board";
pub const REPORTS: &str = "/reports";
pub const UNITS: &str = "/units";
pub const PEOPLE: &str = "/people";
pub const IMPORT: &str = "/import";
pub const PLANS: &str = "/plans";
pub const DRAFTS: &str = "/plans/drafts";
pub const CALENDAR: &str = "/calendar";
pub const ACCOUNTS: &str = "/accounts";
pub const AUDIT: &str = "/audit";
pub const NOTIFICATIONS: &str = "/notifications";
pub const JOBS: &str = "/jobs";
pub const OUTBOX: &str = "/outbox";
pub const REMINDERS: &str = "/reminders";

pub const ASK: &str = "/ask";
pub const ASK_OWN: &str = "/ask/own";
pub const ASK_FOLLOW: &str = "/ask/follow";
pub const ASK_PAY: &str = "/ask/pay";
pub const ASK_POSTER: &str = "/ask/poster";
pub const CONSULTATIONS: &str = "/consultations";
pub const CONSULT_DUTY: &str = "/consultations/duty";
pub const CONSULT_TRENDS: &str = "/consultations/trends";
pub const KNOW: &str = "/know";
pub const LIBRARY: &str = "/library";

/// A consultation as its asker sees it.
pub fn asked(id: &str) -> String {
    format!("{ASK}/c/{id}")
}

/// A consultation as those on duty see it.
pub fn consultation(id: &str) -> String {
    format!("{CONSULTATIONS}/{id}")
}

/// A material as everybody reads it; `key` is `kind/id`.
pub fn know(key: &str) -> String {
    format!("{KNOW}/{key}")
}

/// A material as those who keep the library see it.
pub fn material(id: &str) -> String {
    format!("{LIBRARY}/{id}")
}

/// A file of a version of a material.
pub fn material_file(id: &str, version: i64, place: i64) -> String {
    format!("{KNOW}/files/{id}/{version}/{place}")
}

pub fn unit(id: &str) -> String {
    format!("{UNITS}/{id}")
}

pub fn record(id: &str) -> String {
    format!("{RECORDS}/{id}")
}

pub fn file(id: &str) -> String {
    format!("/files/{id}")
}

pub fn thumbnail(id: &str) -> String {
    format!("/files/{id}/thumbnail")
}

pub fn person(id: &str) -> String {
    format!("{PEOPLE}/{id}")
}

/// A query string from the pairs that have a value.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut text = path.to_owned();
    let mut separator = '?';
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        text.push(separator);
        text.push_str(name);
        text.push('=');
        text.push_str(&encode(value));
        separator = '&';
    }
    text
}

/// Percent-encodes everything but unreserved characters.
pub fn encode(value: &str) -> String {
    use std::fmt::Write as _;
    value.bytes().fold(String::with_capacity(value.len()), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

pub fn campaign(id: &str) -> String {
    format!("{PLANS}/{id}")
}

/// Where an element of a plan says where it comes from.
pub fn clause(campaign: &str, clause: &str) -> String {
    format!("{PLANS}/{campaign}/clauses/{}", encode(clause))
}
