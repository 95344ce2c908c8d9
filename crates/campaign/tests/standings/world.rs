//! Small worlds: plans made from one duty each, tables as text.

use std::sync::Arc;

use campaign::{
    calendar::Calendar,
    day::Day,
    engine::{Engine, Extras},
    plan::{self, Duty, Plan},
    standing::View,
    tables::{self, TableError},
};

/// The files of a data directory.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) units: String,
    pub(crate) people: String,
    pub(crate) posts: String,
    pub(crate) records: String,
    pub(crate) exemptions: String,
    pub(crate) events: String,
    pub(crate) attendance: String,
    pub(crate) calendar: String,
}

pub(crate) struct Results {
    pub(crate) standings: String,
    pub(crate) rates: String,
}

impl Default for World {
    fn default() -> Self {
        Self {
            units: "id,parent,kind,stage,name,from,until\n".into(),
            people: "id,unit,role,audiences,from,until\n".into(),
            posts: "unit,post,person,from,until\n".into(),
            records: "id,duty,subject,date,submitted_at,count,status\n".into(),
            exemptions: "duty,subject,period_start,reason\n".into(),
            events: "duty,subject,date\n".into(),
            attendance: "record,person\n".into(),
            calendar: String::new(),
        }
    }
}

impl World {
    /// Adds lines to a table; indentation is not part of them.
    pub(crate) fn add(table: &mut String, lines: &str) {
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            table.push_str(line);
            table.push('\n');
        }
    }

    pub(crate) fn calendar(&self) -> Calendar {
        if self.calendar.is_empty() {
            Calendar::builtin()
        } else {
            Calendar::parse(&self.calendar).unwrap()
        }
    }

    pub(crate) fn engine(&self, plans: &[Plan]) -> Result<Engine, TableError> {
        let mut org = tables::read_units(self.units.as_bytes())?;
        tables::read_people(&mut org, self.people.as_bytes())?;
        tables::read_posts(&mut org, self.posts.as_bytes())?;
        let ids: Vec<&str> =
            plans.iter().flat_map(|plan| &plan.duties).map(|duty| duty.id.as_str()).collect();
        let extras = Extras {
            exemptions: tables::read_exemptions(&org, &ids, self.exemptions.as_bytes())?,
            events: tables::read_events(&org, &ids, self.events.as_bytes())?,
        };
        Ok(Engine::new(plans, Arc::new(org), &self.calendar(), &extras))
    }

    pub(crate) fn evaluate(
        &self,
        plans: &[Plan],
        as_of: Day,
        upcoming: bool,
        threads: usize,
    ) -> Result<Results, TableError> {
        let engine = self.engine(plans)?;
        let attendance =
            tables::read_attendance(engine.organisation(), self.attendance.as_bytes())?;
        let records = self.records.as_bytes();
        let tally = tables::load_records(&engine, &attendance, as_of, records, threads)?;
        let view = View::new(&engine, &tally, as_of);
        let mut standings = Vec::new();
        let counts = tables::write_standings(view, upcoming, &mut standings, threads).unwrap();
        let mut rates = Vec::new();
        tables::write_rates(&engine, &counts, &mut rates).unwrap();
        Ok(Results {
            standings: String::from_utf8(standings).unwrap(),
            rates: String::from_utf8(rates).unwrap(),
        })
    }
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
}

/// A plan that runs from `from` to `until`, without duties.
pub(crate) fn plan(from: &str, until: &str) -> Plan {
    let head = format!(
        "[plan]\nid = \"p\"\nname = \"方案\"\nissuer = \"某局\"\nfrom = {from}\nuntil = {until}\n"
    );
    let text = head + DUTY;
    let mut plan = plan::parse(&text, "plan.toml").unwrap_or_else(|found| panic!("{found:?}"));
    plan.duties.clear();
    plan
}

/// A monthly duty of classes, to be changed into what a test wants.
pub(crate) fn duty(id: &str) -> Duty {
    let head = "[plan]\nid = \"p\"\nname = \"方案\"\nissuer = \"某局\"\nfrom = 2022-01-01\nuntil = 2024-12-31\n";
    let plan = plan::parse(&(head.to_owned() + DUTY), "plan.toml")
        .unwrap_or_else(|found| panic!("{found:?}"));
    let duty = plan.duties.into_iter().next().unwrap();
    Duty { id: id.to_owned(), activity: id.to_owned(), ..duty }
}

const DUTY: &str = r#"
[[duty]]
id = "d"
name = "班会"
clause = "一"
by = { kind = ["class"] }
cadence = "monthly"
"#;
