//! What is handed in, checked once at the edge.

use jiff::civil::{Date, DateTime, Time};

pub const TITLE_MAX: usize = 100;
pub const PLACE_MAX: usize = 100;
pub const MINUTES_MAX: usize = 10_000;
pub const LINK_MAX: usize = 500;
pub const ABSENCE_MAX: usize = 100;
pub const COUNT_MAX: u32 = 100_000;
/// More than any school has pupils.
pub const ROLL_MAX: usize = 20_000;
/// How many years back an act may lie.
pub const YEARS_BACK: i16 = 5;

/// The fields of the form, to point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    Activity,
    Title,
    Date,
    Time,
    Count,
    Place,
    Minutes,
    Link,
    Absence,
    Roll,
    ClientKey,
}

/// What does not fit, and what would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Missing(Field),
    TooLong { field: Field, most: usize, is: usize },
    NoDate { typed: String },
    NoTime { typed: String },
    InFuture { date: Date, today: Date },
    TooOld { date: Date, earliest: Date },
    NoCount { typed: String },
    NoLink { typed: String },
}

/// The form as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    pub activity: String,
    pub unit: String,
    /// Whose duty it is, when it is a person's.
    pub person: String,
    pub title: String,
    pub date: String,
    pub time: String,
    pub count: String,
    pub place: String,
    pub minutes: String,
    pub link: String,
    pub client_key: String,
    /// The returned record that this one replaces.
    pub replaces: String,
}

/// One person on the roll. Only an absence has a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    Present,
    Absent { reason: Option<String> },
}

/// Something handed in that is in order.
// INVARIANT: made only by `Submission::check`; texts are trimmed and within
// their bounds, the date is not in the future, `count` is 1..=COUNT_MAX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    activity: String,
    title: String,
    acted_on: Date,
    acted_time: Option<Time>,
    count: u32,
    place: Option<String>,
    minutes: Option<String>,
    link: Option<String>,
    roll: Vec<(String, Presence)>,
    client_key: String,
}

impl Submission {
    /// Checks everything and tells all faults at once. `now` is local.
    pub fn check(
        form: &Form,
        roll: Vec<(String, Presence)>,
        now: DateTime,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let activity = needed(&form.activity, Field::Activity, 100, &mut faults);
        let title = needed(&form.title, Field::Title, TITLE_MAX, &mut faults);
        let client_key = needed(&form.client_key, Field::ClientKey, 64, &mut faults);
        let acted_on = date(&form.date, now.date(), &mut faults);
        let acted_time = time(&form.time, &mut faults);
        let count = count(&form.count, &mut faults);
        let place = optional(&form.place, Field::Place, PLACE_MAX, &mut faults);
        let minutes = optional(&form.minutes, Field::Minutes, MINUTES_MAX, &mut faults);
        let link = link(&form.link, &mut faults);
        if ROLL_MAX < roll.len() {
            let is = roll.len();
            faults.push(Fault::TooLong { field: Field::Roll, most: ROLL_MAX, is });
        }
        for (_, presence) in &roll {
            if let Presence::Absent { reason: Some(reason) } = presence {
                bounded(reason, Field::Absence, ABSENCE_MAX, &mut faults);
            }
        }
        match acted_on {
            Some(acted_on) if faults.is_empty() => Ok(Self {
                activity,
                title,
                acted_on,
                acted_time,
                count,
                place,
                minutes,
                link,
                roll,
                client_key,
            }),
            _ => Err(faults),
        }
    }

    pub fn activity(&self) -> &str {
        &self.activity
    }
    pub fn title(&self) -> &str {
        &self.title
    }
    pub fn acted_on(&self) -> Date {
        self.acted_on
    }
    pub fn acted_time(&self) -> Option<Time> {
        self.acted_time
    }
    pub fn count(&self) -> u32 {
        self.count
    }
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }
    pub fn minutes(&self) -> Option<&str> {
        self.minutes.as_deref()
    }
    pub fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }
    pub fn roll(&self) -> &[(String, Presence)] {
        &self.roll
    }
    pub fn client_key(&self) -> &str {
        &self.client_key
    }
}

fn bounded(text: &str, field: Field, most: usize, faults: &mut Vec<Fault>) {
    let is = text.chars().count();
    if most < is {
        faults.push(Fault::TooLong { field, most, is });
    }
}

fn needed(text: &str, field: Field, most: usize, faults: &mut Vec<Fault>) -> String {
    let text = text.trim();
    if text.is_empty() {
        faults.push(Fault::Missing(field));
    }
    bounded(text, field, most, faults);
    text.to_owned()
}

fn optional(text: &str, field: Field, most: usize, faults: &mut Vec<Fault>) -> Option<String> {
    let text = text.trim();
    bounded(text, field, most, faults);
    (!text.is_empty()).then(|| text.to_owned())
}

fn date(text: &str, today: Date, faults: &mut Vec<Fault>) -> Option<Date> {
    let text = text.trim();
    if text.is_empty() {
        faults.push(Fault::Missing(Field::Date));
        return None;
    }
    let Ok(date) = text.parse::<Date>() else {
        faults.push(Fault::NoDate { typed: text.chars().take(30).collect() });
        return None;
    };
    let earliest = Date::new(today.year() - YEARS_BACK, 1, 1).unwrap_or(today);
    if today < date {
        faults.push(Fault::InFuture { date, today });
    }
    if date < earliest {
        faults.push(Fault::TooOld { date, earliest });
    }
    Some(date)
}

/// `9:05`, `09:05` or `09:05:00`; an empty one is none.
fn time(text: &str, faults: &mut Vec<Fault>) -> Option<Time> {
    let text = text.trim().replace('：', ":");
    if text.is_empty() {
        return None;
    }
    let mut parts = text.split(':').map(str::parse::<i8>);
    let time = match (parts.next(), parts.next()) {
        (Some(Ok(hour)), Some(Ok(minute))) => Time::new(hour, minute, 0, 0).ok(),
        _ => None,
    };
    if time.is_none() {
        faults.push(Fault::NoTime { typed: text.chars().take(30).collect() });
    }
    time
}

/// An empty field is one.
fn count(text: &str, faults: &mut Vec<Fault>) -> u32 {
    let text = text.trim();
    if text.is_empty() {
        return 1;
    }
    match text.parse::<u32>() {
        Ok(count) if (1..=COUNT_MAX).contains(&count) => count,
        _ => {
            faults.push(Fault::NoCount { typed: text.chars().take(30).collect() });
            1
        }
    }
}

/// Only addresses that a page may link to: never `javascript:`.
fn link(text: &str, faults: &mut Vec<Fault>) -> Option<String> {
    let link = optional(text, Field::Link, LINK_MAX, faults)?;
    let host = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    let fits = host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && !link.contains(|c: char| c.is_whitespace() || c.is_control());
    if !fits {
        faults.push(Fault::NoLink { typed: link.chars().take(60).collect() });
    }
    Some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime = DateTime::constant(2022, 3, 15, 10, 0, 0, 0);

    fn form() -> Form {
        Form {
            activity: "class-meeting".to_owned(),
            title: " 三月主题班会 ".to_owned(),
            date: "2022-03-15".to_owned(),
            time: "9:05".to_owned(),
            client_key: "k1".to_owned(),
            ..Form::default()
        }
    }

    #[test]
    fn the_lightest_form_is_enough() {
        let it = Submission::check(&form(), Vec::new(), NOW).expect("it is in order");
        assert_eq!(it.title(), "三月主题班会");
        assert_eq!(it.count(), 1);
        assert_eq!(it.acted_time(), Some(Time::constant(9, 5, 0, 0)));
        assert_eq!((it.place(), it.minutes(), it.link()), (None, None, None));
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let form = Form {
            title: "长".repeat(101),
            date: "2022-03-16".to_owned(),
            time: "25:00".to_owned(),
            count: "0".to_owned(),
            link: "javascript:alert(1)".to_owned(),
            client_key: String::new(),
            ..form()
        };
        let absent = Presence::Absent { reason: Some("病".repeat(101)) };
        let faults = Submission::check(&form, vec![("p".to_owned(), absent)], NOW)
            .expect_err("it is not in order");
        assert_eq!(
            faults,
            [
                Fault::TooLong { field: Field::Title, most: TITLE_MAX, is: 101 },
                Fault::Missing(Field::ClientKey),
                Fault::InFuture {
                    date: Date::constant(2022, 3, 16),
                    today: Date::constant(2022, 3, 15)
                },
                Fault::NoTime { typed: "25:00".to_owned() },
                Fault::NoCount { typed: "0".to_owned() },
                Fault::NoLink { typed: "javascript:alert(1)".to_owned() },
                Fault::TooLong { field: Field::Absence, most: ABSENCE_MAX, is: 101 },
            ]
        );
    }

    #[test]
    fn dates_must_be_dates_within_reach() {
        let faults = |date: &str| {
            let form = Form { date: date.to_owned(), ..form() };
            Submission::check(&form, Vec::new(), NOW).err().unwrap_or_default()
        };
        assert_eq!(faults("2022-02-28"), []);
        assert_eq!(faults("2017-01-01"), []);
        assert!(matches!(faults("2016-12-31")[..], [Fault::TooOld { .. }]));
        assert!(matches!(faults("2022-02-30")[..], [Fault::NoDate { .. }]));
        assert_eq!(faults(" "), [Fault::Missing(Field::Date)]);
    }
}
