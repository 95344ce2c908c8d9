//! Standings as the text of the specification says them, as slowly as need be:
//! no indexes, every date looked at by itself, every record tried for every
//! standing. It shares nothing with the engine but the plan's types.

use std::{collections::BTreeMap, fmt::Write as _};

use campaign::plan::{Cadence, Due, Duty, HeldBy, Plan, Season, YearKind};
use jiff::{
    ToSpan as _,
    civil::{Date, date},
};

use crate::world::World;

type Row<'t> = BTreeMap<&'t str, &'t str>;

struct Tables<'t> {
    units: Vec<Row<'t>>,
    people: Vec<Row<'t>>,
    posts: Vec<Row<'t>>,
    records: Vec<Row<'t>>,
    exemptions: Vec<Row<'t>>,
    events: Vec<Row<'t>>,
    attendance: Vec<Row<'t>>,
    terms: Vec<(Date, Date)>,
    holidays: Vec<(Date, Date)>,
    workdays: Vec<Date>,
}

fn table(text: &str) -> Vec<Row<'_>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines.map(|line| names.iter().copied().zip(line.split(',')).collect()).collect()
}

fn iso(text: &str) -> Date {
    text.parse().unwrap()
}

fn between(from: Date, until: Date) -> Vec<Date> {
    from.series(1.day()).take_while(|day| *day <= until).collect()
}

fn next(day: Date) -> Date {
    day.tomorrow().unwrap()
}

impl<'t> Tables<'t> {
    fn new(world: &'t World) -> Self {
        let calendar = world.calendar();
        let span = |span: &campaign::calendar::Span| (span.from.date(), span.until.date());
        Self {
            units: table(&world.units),
            people: table(&world.people),
            posts: table(&world.posts),
            records: table(&world.records),
            exemptions: table(&world.exemptions),
            events: table(&world.events),
            attendance: table(&world.attendance),
            terms: calendar.terms.iter().map(span).collect(),
            holidays: calendar.holidays.iter().map(span).collect(),
            workdays: calendar.workdays.iter().map(|day| day.date()).collect(),
        }
    }

    fn workday(&self, day: Date) -> bool {
        let holiday = self.holidays.iter().any(|span| span.0 <= day && day <= span.1);
        let weekend = day.weekday().to_monday_zero_offset() >= 5;
        self.workdays.contains(&day) || (!weekend && !holiday)
    }

    fn school_day(&self, day: Date) -> bool {
        self.terms.iter().any(|span| span.0 <= day && day <= span.1) && self.workday(day)
    }

    fn unit(&self, id: &str) -> &Row<'t> {
        self.units.iter().find(|unit| unit["id"] == id).unwrap()
    }

    fn is_unit(&self, id: &str) -> bool {
        self.units.iter().any(|unit| unit["id"] == id)
    }

    /// The unit and all above it.
    fn upwards(&self, id: &str) -> Vec<&'t str> {
        let mut found = Vec::new();
        let mut at = self.unit(id)["id"];
        while !at.is_empty() {
            found.push(at);
            at = self.unit(at)["parent"];
        }
        found
    }

    fn fits(&self, duty: &Duty, unit: &str) -> bool {
        self.kind_fits(duty, unit) && self.stage_fits(duty, unit)
    }

    fn kind_fits(&self, duty: &Duty, unit: &str) -> bool {
        let kind = self.unit(unit)["kind"];
        duty.by.kind.is_empty() || duty.by.kind.iter().any(|wanted| wanted.code() == kind)
    }

    fn stage_fits(&self, duty: &Duty, unit: &str) -> bool {
        let above = self.upwards(unit);
        let stage =
            above.iter().map(|id| self.unit(id)["stage"]).find(|stage| !stage.is_empty());
        let by = &duty.by;
        by.stage.is_empty() || by.stage.iter().any(|it| Some(it.code()) == stage)
    }

    /// A person fits by the own unit or one above, as far as the own school.
    fn person_fits(&self, duty: &Duty, unit: &str) -> bool {
        let mut above = self.upwards(unit);
        let school = above.iter().position(|id| self.unit(id)["kind"] == "school");
        above.truncate(school.map_or(1, |at| at + 1));
        self.stage_fits(duty, unit) && above.iter().any(|id| self.kind_fits(duty, id))
    }

    /// Each subject with where and when it exists.
    fn subjects(&self, duty: &Duty) -> BTreeMap<&'t str, Vec<(Date, &'t str, Date)>> {
        let mut found: BTreeMap<&str, Vec<(Date, &str, Date)>> = BTreeMap::new();
        let life = |row: &Row<'_>| {
            let from = if row["from"].is_empty() { date(1, 1, 1) } else { iso(row["from"]) };
            let until =
                if row["until"].is_empty() { date(9999, 12, 31) } else { iso(row["until"]) };
            (from, until)
        };
        if let Some(post) = &duty.by.post {
            for row in self.posts.iter().filter(|row| row["post"] == post) {
                let person =
                    self.people.iter().find(|person| person["id"] == row["person"]).unwrap();
                let (own, held) = (life(person), life(row));
                let (from, until) = (own.0.max(held.0), own.1.min(held.1));
                if self.fits(duty, row["unit"]) && from <= until {
                    found.entry(row["person"]).or_default().push((from, row["unit"], until));
                }
            }
        } else if duty.by.audience.is_empty() {
            for unit in self.units.iter().filter(|unit| self.fits(duty, unit["id"])) {
                let (from, until) = life(unit);
                found.insert(unit["id"], vec![(from, unit["id"], until)]);
            }
        } else {
            for person in
                self.people.iter().filter(|person| self.person_fits(duty, person["unit"]))
            {
                let mut codes = person["audiences"].split(';').chain([person["role"]]);
                if codes.any(|code| duty.by.audience.iter().any(|wanted| wanted == code)) {
                    let (from, until) = life(person);
                    found.insert(person["id"], vec![(from, person["unit"], until)]);
                }
            }
        }
        for spans in found.values_mut() {
            spans.sort();
        }
        found
    }

    /// First day, last day and due date.
    fn periods(&self, plan: &Plan, duty: &Duty, subject: &str) -> Vec<(Date, Date, Date)> {
        let from = duty.from.unwrap_or(plan.head.from);
        let until = duty.until.unwrap_or(plan.head.until);
        let whole: Vec<(Date, Date)> = match duty.cadence {
            Cadence::Once => {
                let due = self.due(duty, until, until);
                let end = due.max(from);
                let kept = self.in_season(duty, from, end);
                return if kept { vec![(from, end, due)] } else { Vec::new() };
            }
            Cadence::Continuous => vec![(from, until)],
            Cadence::Term => self.terms.clone(),
            Cadence::Phase => plan.phases.iter().map(|it| (it.from, it.until)).collect(),
            Cadence::Event => {
                let limit = i64::from(duty.event.as_ref().unwrap().within_days);
                let mine = self
                    .events
                    .iter()
                    .filter(|event| event["duty"] == duty.id && event["subject"] == subject);
                mine.map(|event| {
                    let day = iso(event["date"]);
                    (day, day.checked_add(limit.days()).unwrap())
                })
                .collect()
            }
            _ => {
                // All dates around the run, put together by the name of their period.
                let around =
                    between(from.saturating_sub(400.days()), until.saturating_add(400.days()));
                let mut named: BTreeMap<(i16, i16), (Date, Date)> = BTreeMap::new();
                for day in around {
                    let name = period_name(duty, day);
                    named.entry(name).or_insert((day, day)).1 = day;
                }
                named.into_values().collect()
            }
        };
        let mut periods = Vec::new();
        for (first, last) in whole {
            let all = between(first, last);
            let left: Vec<Date> =
                all.iter().copied().filter(|day| from <= *day && *day <= until).collect();
            if left.is_empty() || left.len() * 2 < all.len() {
                continue;
            }
            let (start, end) = (left[0], left[left.len() - 1]);
            if self.in_season(duty, start, end) {
                periods.push((start, end, self.due(duty, last, end)));
            }
        }
        periods.sort();
        periods.dedup();
        periods
    }

    fn in_season(&self, duty: &Duty, start: Date, end: Date) -> bool {
        let school_days =
            between(start, end).iter().filter(|day| self.school_day(**day)).count();
        match duty.season {
            Season::Always => true,
            Season::InTerm => school_days >= 1,
            Season::Vacation => school_days == 0,
        }
    }

    fn due(&self, duty: &Duty, whole_end: Date, end: Date) -> Date {
        match duty.due {
            None => end,
            Some(Due::On(day)) => day,
            Some(Due::DaysAfter(days)) => end.checked_add(i64::from(days).days()).unwrap(),
            Some(Due::DayOfMonth(day)) => {
                let last = whole_end.last_of_month().day();
                date(whole_end.year(), whole_end.month(), (day as i8).min(last))
            }
            Some(Due::WorkdaysAfter(count)) => {
                let mut day = end;
                for _ in 0..count {
                    day = next(day);
                    while !self.workday(day) {
                        day = next(day);
                    }
                }
                day
            }
        }
    }

    fn counts(
        &self,
        duty: &Duty,
        record: &Row<'_>,
        (subject, spans): (&str, &[(Date, &str, Date)]),
    ) -> bool {
        if record["duty"] != duty.id && record["duty"] != duty.activity {
            return false;
        }
        if record["subject"] == subject {
            return true;
        }
        if duty.held_by != HeldBy::Superior || !self.is_unit(record["subject"]) {
            return false;
        }
        if self.is_unit(subject) {
            return self.upwards(subject).contains(&record["subject"]);
        }
        let person = self.people.iter().find(|person| person["id"] == subject).unwrap();
        let units = spans.iter().map(|span| span.1).chain([person["unit"]]);
        let below =
            units.into_iter().any(|unit| self.upwards(unit).contains(&record["subject"]));
        let named = self
            .attendance
            .iter()
            .any(|row| row["record"] == record["id"] && row["person"] == subject);
        below && named
    }
}

fn period_name(duty: &Duty, day: Date) -> (i16, i16) {
    let month = i16::from(day.month());
    match duty.cadence {
        Cadence::Daily => (day.year(), day.day_of_year()),
        Cadence::Weekly => (day.iso_week_date().year(), day.iso_week_date().week().into()),
        Cadence::Monthly => (day.year(), month),
        Cadence::Quarterly => (day.year(), (month + 2) / 3),
        _ if duty.year == Some(YearKind::School) && month < 9 => (day.year() - 1, 0),
        _ => (day.year(), 0),
    }
}

const STATES: [&str; 7] = ["met", "late", "partial", "overdue", "open", "upcoming", "exempt"];

/// `standings.csv` and `rates.csv`.
pub(crate) fn evaluate(
    plans: &[Plan],
    world: &World,
    as_of: Date,
    upcoming: bool,
) -> (String, String) {
    let tables = Tables::new(world);
    let mut plans: Vec<&Plan> = plans.iter().collect();
    plans.sort_by_key(|plan| plan.head.in_force.unwrap_or(plan.head.from));
    let mut order: Vec<&str> = Vec::new();
    for duty in plans.iter().rev().flat_map(|plan| &plan.duties) {
        if !order.contains(&duty.id.as_str()) {
            order.push(&duty.id);
        }
    }
    let mut csv =
        "duty,subject,period_start,period_end,due,required,done,in_time,state\n".to_owned();
    let mut counted: BTreeMap<(&str, usize), [u64; 7]> = BTreeMap::new();
    for (place, id) in order.iter().enumerate() {
        let mut lines = Vec::new();
        for (version, plan) in plans.iter().enumerate() {
            let Some(duty) = plan.duties.iter().find(|duty| duty.id == *id) else { continue };
            for (subject, spans) in tables.subjects(duty) {
                for (start, end, due) in tables.periods(plan, duty, subject) {
                    let in_force = plans
                        .iter()
                        .rposition(|it| it.head.in_force.unwrap_or(it.head.from) <= start);
                    if in_force.unwrap_or(0) != version {
                        continue;
                    }
                    let days = between(start, end);
                    let lives = |day: &&Date| {
                        spans.iter().any(|span| span.0 <= **day && **day <= span.2)
                    };
                    let lived = days.iter().filter(lives).count();
                    if lived == 0 {
                        continue;
                    }
                    let (mut done, mut in_time) = (0, 0);
                    for record in &tables.records {
                        let submitted = iso(&record["submitted_at"][..10]);
                        let acted = iso(record["date"]);
                        if !matches!(record["status"], "returned" | "withdrawn")
                            && submitted <= as_of
                            && start <= acted
                            && acted <= end
                            && tables.counts(duty, record, (subject, &spans))
                        {
                            let count: u64 = record["count"].parse().unwrap();
                            done += count;
                            in_time += if submitted <= due { count } else { 0 };
                        }
                    }
                    let required = u64::from(duty.quota);
                    let by_hand = tables.exemptions.iter().any(|row| {
                        let period = row["period_start"];
                        row["duty"] == *id
                            && row["subject"] == subject
                            && (period.is_empty() || iso(period) == start)
                    });
                    let state = if by_hand || lived * 2 < days.len() {
                        "exempt"
                    } else if as_of < start {
                        "upcoming"
                    } else if in_time >= required {
                        "met"
                    } else if done >= required {
                        "late"
                    } else if as_of <= due {
                        "open"
                    } else if done > 0 {
                        "partial"
                    } else {
                        "overdue"
                    };
                    let home = spans
                        .iter()
                        .find(|span| span.0 <= end && start <= span.2)
                        .map_or("", |span| span.1);
                    let column = STATES.iter().position(|it| *it == state).unwrap();
                    for unit in tables.upwards(home) {
                        counted.entry((unit, place)).or_default()[column] += 1;
                    }
                    if state != "upcoming" || upcoming {
                        let line = format!(
                            "{id},{subject},{start},{end},{due},{required},{done},{in_time},{state}\n"
                        );
                        lines.push((subject, start, end, line));
                    }
                }
            }
        }
        lines.sort();
        csv.extend(lines.into_iter().map(|line| line.3));
    }
    let mut rates =
        "unit,duty,met,late,partial,overdue,open,upcoming,exempt,rate,timely\n".to_owned();
    for ((unit, place), n) in counted {
        let due = n[0] + n[1] + n[2] + n[3];
        let share = |part: u64| {
            if due == 0 {
                return "—".to_owned();
            }
            format!("{:.4}", part as f64 / due as f64)
        };
        let numbers: Vec<String> = n.iter().map(ToString::to_string).collect();
        let (rate, timely) = (share(n[0] + n[1]), share(n[0]));
        let _ =
            writeln!(rates, "{unit},{},{},{rate},{timely}", order[place], numbers.join(","));
    }
    (csv, rates)
}
