//! One campaign with its standings.

use std::sync::{Arc, PoisonError, RwLock};

use campaign::calendar::Calendar;
use campaign::day::Day;
use campaign::engine::{Engine, Extras, NameIx};
use campaign::fact::{self, Fact};
use campaign::live::Live as Figures;
use campaign::organisation::{Organisation, PersonIx, Subject, UnitIx};
use campaign::plan::{self, Duty, Plan};
use storage::campaign::{Campaign, Event, Exemption, PlanVersion};

use super::book::{Book, Delta, Kept};
use crate::WebError;

/// A version of a campaign's plan, read.
#[derive(Debug, Clone)]
pub struct Version {
    pub number: i64,
    pub in_force: Day,
    pub created_at: i64,
    pub created_by: Option<String>,
    /// The campaign's own plan: of a campaign that adopts another, what it adds.
    pub plan: Arc<Plan>,
}

/// What a campaign is made of, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) campaign: Campaign,
    pub(super) versions: Vec<PlanVersion>,
    pub(super) exemptions: Vec<Exemption>,
    pub(super) events: Vec<Event>,
    /// The calendar versions with the instants from which they are known.
    pub(super) calendars: Vec<(i64, String)>,
    /// The phases of the adopted plan, for duties of each phase.
    pub(super) superior: Vec<PlanVersion>,
}

/// A campaign that is running or has ended, with all its standings.
pub struct Running {
    pub campaign: Campaign,
    source: Source,
    versions: Vec<Version>,
    figures: RwLock<Figures>,
    calendar: Arc<Calendar>,
    /// Whether it binds the whole tenant, so that numbers are the same.
    whole: bool,
}

/// What was known at an instant, apart from records.
pub(super) struct Known {
    pub(super) versions: Vec<Plan>,
    pub(super) calendar: Calendar,
    pub(super) exemptions: Vec<Exemption>,
    pub(super) events: Vec<Event>,
}

impl Running {
    pub(super) fn build(source: Source, book: &Book, now: i64) -> Result<Self, WebError> {
        let versions = read_versions(&source)?;
        let (org, whole) = part_of(book.organisation(), &source.campaign.unit)?;
        let known = known_at(&source, &versions, i64::MAX);
        let engine = Arc::new(engine(&known, org));
        let facts = Facts::new(&engine, book, whole);
        let figures = Figures::new(Arc::clone(&engine), facts.all(), now);
        let campaign = source.campaign.clone();
        let calendar = Arc::new(known.calendar);
        Ok(Self { campaign, source, versions, figures: RwLock::new(figures), calendar, whole })
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// Whether it still asks for anything.
    pub fn is_ended(&self) -> bool {
        self.campaign.ended_at.is_some()
    }

    pub fn id(&self) -> &str {
        &self.campaign.id
    }

    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The version in force on a day: the first one before that.
    pub fn version_on(&self, day: Day) -> &Version {
        let mut found = &self.versions[0];
        for version in &self.versions[1..] {
            if version.in_force <= day && found.in_force <= version.in_force {
                found = version;
            }
        }
        found
    }

    /// The newest version, which may not be in force yet.
    pub fn newest(&self) -> &Version {
        &self.versions[self.versions.len() - 1]
    }

    /// The duty as the version says that judges periods beginning on `day`,
    /// else as any version says.
    pub fn duty(&self, id: &str, day: Day) -> Option<(Arc<Plan>, usize)> {
        let first = std::iter::once(self.version_on(day));
        first.chain(self.versions.iter().rev()).find_map(|version| {
            let at = version.plan.duties.iter().position(|duty| duty.id == id)?;
            Some((Arc::clone(&version.plan), at))
        })
    }

    /// Looks at today's standings and rates. Records wait while it looks, so it
    /// must not wait for anything itself.
    pub fn look<R>(&self, look: impl FnOnce(&Figures) -> R) -> R {
        look(&self.figures.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub fn as_of(&self) -> Day {
        self.look(Figures::as_of)
    }

    pub(super) fn advance(&self, today: Day) {
        if self.as_of() < today {
            self.figures.write().unwrap_or_else(PoisonError::into_inner).advance(today);
        }
    }

    /// Carries the standings forward by what has come.
    pub(super) fn shift(&self, deltas: &[Delta], book: &Book) {
        let engine = self.look(|figures| Arc::clone(figures.engine()));
        let facts = Facts::new(&engine, book, self.whole);
        let mut guard = self.figures.write().unwrap_or_else(PoisonError::into_inner);
        for delta in deltas {
            match delta {
                // One that came already voided counts for nobody now.
                Delta::Came(kept) if kept.voided_at().is_some() => {}
                Delta::Came(kept) | Delta::Restored(kept) => {
                    if let Some(fact) = facts.fact(kept) {
                        guard.apply(&fact);
                    }
                }
                Delta::Voided(kept) => {
                    if let Some(fact) = facts.fact(kept) {
                        guard.void(&fact);
                    }
                }
            }
        }
    }

    /// Everything as it was known at the end of a day (N10), or as it will be
    /// judged on a later one.
    pub(super) fn figures_on(&self, day: Day, book: &Book) -> Figures {
        let instant = day.next().begins_at() - 1;
        let now = self.look(|figures| Arc::clone(figures.engine()));
        let known = known_at(&self.source, &self.versions, instant);
        let same = known == known_at(&self.source, &self.versions, i64::MAX);
        let engine =
            if same { now } else { Arc::new(engine(&known, now.shared_organisation())) };
        let facts = Facts::new(&engine, book, self.whole);
        Figures::new(Arc::clone(&engine), facts.all(), instant)
    }

    /// Whether a plan was known on that day at all.
    pub fn was_known(&self, day: Day) -> bool {
        let end = day.next().begins_at();
        self.versions.iter().any(|version| version.created_at < end)
    }

    /// The fact that a record not yet handed in would be.
    pub(super) fn would_be(&self, act: &super::ActOf<'_>, now: i64) -> Option<Fact> {
        self.look(|figures| {
            let engine = figures.engine();
            let org = engine.organisation();
            let attendees: Vec<PersonIx> =
                act.attendees.iter().filter_map(|id| org.person_ix(id)).collect();
            Some(Fact {
                name: engine.name_ix(act.activity)?,
                subject: org.subject(act.subject)?,
                day: act.day,
                submitted_at: now,
                voided_at: None,
                count: 1,
                attendees: (!attendees.is_empty()).then(|| attendees.into()),
            })
        })
    }
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        let numbers = |known: &Self| {
            let plans = known.versions.iter();
            plans.map(|plan| (plan.head.version, plan.head.in_force)).collect::<Vec<_>>()
        };
        numbers(self) == numbers(other)
            && self.calendar == other.calendar
            && self.exemptions == other.exemptions
            && self.events == other.events
    }
}

/// What was known at an instant. A plan that came into the system after it is
/// still the best that is known of that day, so the first version always counts.
fn known_at(source: &Source, versions: &[Version], instant: i64) -> Known {
    let holds = |from: i64, until: Option<i64>| {
        from <= instant && until.is_none_or(|until| instant < until)
    };
    let plans = versions.iter().enumerate();
    let plans = plans.filter(|(n, version)| *n == 0 || version.created_at <= instant);
    let ended = source.campaign.ended_at.filter(|&ended| ended <= instant).map(Day::of_instant);
    let calendar = source.calendars.iter().rev().find(|(from, _)| *from <= instant);
    let calendar = calendar.and_then(|(_, text)| Calendar::parse(text).ok());
    Known {
        versions: plans.map(|(_, version)| cut(&version.plan, ended)).collect(),
        calendar: calendar.unwrap_or_else(Calendar::builtin),
        exemptions: source
            .exemptions
            .iter()
            .filter(|it| holds(it.granted_at, it.revoked_at))
            .cloned()
            .collect(),
        events: source
            .events
            .iter()
            .filter(|it| holds(it.created_at, it.cancelled_at))
            .cloned()
            .collect(),
    }
}

/// The plan of a campaign that ended: nothing is asked after that day.
fn cut(plan: &Plan, ended: Option<Day>) -> Plan {
    let mut plan = plan.clone();
    let Some(ended) = ended.map(Day::date) else { return plan };
    plan.head.until = plan.head.until.min(ended);
    for duty in &mut plan.duties {
        duty.until = Some(duty.until.map_or(ended, |until| until.min(ended)));
    }
    plan
}

fn engine(known: &Known, org: Arc<Organisation>) -> Engine {
    let exemptions = known.exemptions.iter().filter_map(|it| {
        Some(fact::Exemption {
            duty: it.duty.clone(),
            subject: org.subject(&it.subject)?,
            period_start: it.period_start.as_ref().and_then(|it| Day::parse(it.as_bytes())),
        })
    });
    let exemptions = exemptions.collect();
    let duties: Vec<&Duty> = known.versions.iter().flat_map(|plan| &plan.duties).collect();
    let mut events = Vec::new();
    for row in &known.events {
        let (Some(subject), Some(day)) =
            (org.subject(&row.subject), Day::parse(row.happened_on.as_bytes()))
        else {
            continue;
        };
        let asked = duties
            .iter()
            .filter(|duty| duty.event.as_ref().is_some_and(|event| event.name == row.event));
        for duty in asked {
            for subject in owing(&org, duty, subject) {
                events.push(fact::Event { duty: duty.id.clone(), subject, day });
            }
        }
    }
    Engine::new(&known.versions, org, &known.calendar, &Extras { exemptions, events })
}

/// Who owes an event duty when something happened to `subject`: the subject
/// itself, for a unit also those who hold the post there, or the units of the
/// kind that the duty names on the way up.
fn owing(org: &Organisation, duty: &Duty, subject: Subject) -> Vec<Subject> {
    let Some(unit) = org.home(subject) else { return Vec::new() };
    if let Some(post) = &duty.by.post {
        let code = org.post_code(post);
        let tenures = org.tenures().iter();
        let here = tenures.filter(|tenure| Some(tenure.post) == code);
        let above: Vec<UnitIx> = org.upwards(unit).collect();
        return here
            .filter(|tenure| above.contains(&tenure.unit))
            .map(|tenure| org.of_person(tenure.person))
            .collect();
    }
    if !duty.by.audience.is_empty() {
        return vec![subject];
    }
    let fits =
        |unit: &UnitIx| duty.by.kind.is_empty() || duty.by.kind.contains(&org.unit(*unit).kind);
    org.upwards(unit).find(fits).map(|unit| org.of_unit(unit)).into_iter().collect()
}

fn read_versions(source: &Source) -> Result<Vec<Version>, WebError> {
    let mut versions = Vec::with_capacity(source.versions.len());
    for row in &source.versions {
        let mut plan = read(row)?;
        if plan.phases.is_empty()
            && let Some(superior) = source.superior.last()
        {
            plan.phases = read(superior)?.phases;
        }
        let in_force =
            Day::parse(row.in_force_on.as_bytes()).unwrap_or_else(|| Day::from(plan.head.from));
        plan.head.in_force = Some(in_force.date());
        plan.head.version = u32::try_from(row.version).unwrap_or(u32::MAX);
        versions.push(Version {
            number: row.version,
            in_force,
            created_at: row.created_at,
            created_by: row.created_by.clone(),
            plan: Arc::new(plan),
        });
    }
    if versions.is_empty() {
        let id = &source.campaign.id;
        return Err(WebError::Internal(format!("campaign `{id}` has no plan")));
    }
    Ok(versions)
}

fn read(row: &PlanVersion) -> Result<Plan, WebError> {
    plan::parse(&row.text, "").map_err(|findings| {
        let first = findings.first().map(ToString::to_string).unwrap_or_default();
        WebError::Internal(format!("plan version `{}` does not read: {first}", row.id))
    })
}

/// The organisation that a campaign binds: the tenant's own where the campaign
/// is that of its root, else the part below the unit.
fn part_of(org: &Arc<Organisation>, unit: &str) -> Result<(Arc<Organisation>, bool), WebError> {
    let top = org
        .unit_ix(unit)
        .ok_or_else(|| WebError::Internal(format!("unit `{unit}` of a campaign is missing")))?;
    if org.subtree(top).len() == org.units().len() {
        return Ok((Arc::clone(org), true));
    }
    Ok((Arc::new(org.within(top)), false))
}

/// The tenant's records in the numbers of one campaign.
struct Facts<'a> {
    engine: &'a Engine,
    book: &'a Book,
    whole: bool,
    names: Vec<Option<NameIx>>,
}

impl<'a> Facts<'a> {
    fn new(engine: &'a Engine, book: &'a Book, whole: bool) -> Self {
        let names = book.names().iter().map(|name| engine.name_ix(name)).collect();
        Self { engine, book, whole, names }
    }

    fn all(&self) -> impl Iterator<Item = Fact> + '_ {
        self.book.kept().iter().filter_map(|kept| self.fact(kept))
    }

    fn fact(&self, kept: &Kept) -> Option<Fact> {
        let name = self.names.get(kept.name as usize).copied().flatten()?;
        Some(Fact {
            name,
            subject: self.subject(kept.subject)?,
            day: kept.day,
            submitted_at: kept.submitted_at,
            voided_at: kept.voided_at(),
            count: kept.count,
            attendees: self.book.roll(kept).map(|roll| self.roll(roll)),
        })
    }

    fn subject(&self, subject: Subject) -> Option<Subject> {
        if self.whole {
            return Some(subject);
        }
        self.engine.organisation().subject(self.book.organisation().id(subject))
    }

    fn roll(&self, roll: &Arc<[PersonIx]>) -> Arc<[PersonIx]> {
        if self.whole {
            return Arc::clone(roll);
        }
        let (all, own) = (self.book.organisation(), self.engine.organisation());
        roll.iter().filter_map(|&person| own.person_ix(all.id(all.of_person(person)))).collect()
    }
}
