//! Keeping the invented district.

mod asks;
mod readings;
mod reports;

use std::collections::HashMap;

use campaign::access::{Action, Permit, Role, permit_house};
use campaign::calendar::Calendar;
use campaign::person::{Gender, PersonRole};
use campaign::plan::{self, Plan, UnitKind};
use campaign::record::{Presence, Status};
use storage::Store;
use storage::account::{self, Account, NewAccount};
use storage::campaign::{self as campaigns, Campaign, PlanVersion};
use storage::organisation::{self, Unit};
use storage::people::{self, Guardianship, Person, Personal};
use storage::post::{self, Appointment};
use storage::record::{self, Attendance, LaterStep, NewRecord};

use super::acts::{Act, Fate, acts};
use super::chance::Chance;
use super::district::District;
use super::{SEED, beginning};

/// What the district itself asks beyond the plan it adopts: class meetings, and
/// a lesson for every student, from the second term on. It shows an amendment.
const ADDED: &str = r#"

# 青禾区 2022 年秋季补充 ----------------------------------------------------

[[duty]]
id = "q-class-meeting"
name = "每月召开反诈主题班会"
clause = "青禾区补充一"
activity = "class-meeting"
by = { kind = ["class"], stage = ["primary", "middle", "high", "vocational"] }
cadence = "monthly"
quota = 1
from = 2022-09-01
season = "in-term"
unit = "次"
doer = "class-teacher"
audience = ["student"]
proof = ["roll", "minutes"]
minutes = 40

[[duty]]
id = "q-student-lesson"
name = "每名学生每学年至少上一堂反诈课"
clause = "青禾区补充二"
activity = "class-meeting"
by = { audience = ["student"] }
cadence = "yearly"
year = "school"
quota = 1
from = 2022-09-01
held-by = "superior"
unit = "堂"
audience = ["student"]
proof = ["roll"]
"#;
const CAMPAIGN: &str = "demo";
const AMENDED_ON: &str = "2022-09-01";
/// What the example class did in its last month is left for the visitor to do.
const LEFT_OPEN_FROM: jiff::civil::Date = jiff::civil::Date::constant(2022, 12, 1);
const BATCH: usize = 4_000;

/// Fills an empty tenant. It takes many transactions; a filling that breaks off is
/// known by its mark, and begins anew the next time.
pub(crate) async fn fill(store: &Store, password_hash: String) -> anyhow::Result<()> {
    let mut chance = Chance::new(SEED);
    let district = District::new(&mut chance);
    let root = district.places[0].id.clone();
    let permit = permit_house(Action::ManageOrganisation, &root);
    // A million rows come until the records are kept; what follows is little, and
    // reads what came.
    store.begin_filling().await?;
    store.take_off().await?;
    keep_organisation(store, &permit, &district).await?;
    let plans = keep_campaign(store, &root).await?;
    let now = beginning();
    let mut acts = acts(&district, &plans, &Calendar::builtin(), now, &mut chance)?;
    // Whoever signs in as a teacher has something to hand in.
    let (_, class) = example(&district);
    acts.retain(|act| Some(act.unit) != class || act.day.date() < LEFT_OPEN_FROM);
    let accounts = accounts(&district, &password_hash);
    keep_records(store, &district, &accounts, &acts).await?;
    store.put_back().await?;
    let mut tx = store.write(now).await?;
    let permit = permit_house(Action::ManageAccounts, &root);
    account::insert_many(&mut tx, &permit, &accounts.all).await?;
    asks::keep(&mut tx, &district, &mut chance).await?;
    readings::keep(&mut tx, (&district, CAMPAIGN), &mut chance).await?;
    if let Some(plan) = plans.first() {
        reports::keep(&mut tx, (&district, plan, CAMPAIGN), &accounts, &acts).await?;
    }
    tx.commit().await?;
    asks::talk(store, &district).await?;
    store.end_filling().await?;
    Ok(())
}

async fn keep_organisation(
    store: &Store,
    permit: &Permit,
    district: &District,
) -> anyhow::Result<()> {
    let begun = campaign::day::Day::new(2022, 1, 1).map_or(0, campaign::day::Day::begins_at);
    let mut tx = store.write(begun).await?;
    let units: Vec<Unit> = district
        .places
        .iter()
        .enumerate()
        .map(|(index, place)| Unit {
            stage: place.stage,
            code: place.code.clone(),
            town: place.town.filter(|_| place.kind == UnitKind::School).map(str::to_owned),
            position: index as i64,
            ..Unit::new(
                place.id.clone(),
                place.parent.map(|parent| district.places[parent].id.clone()),
                place.kind,
                place.name.clone(),
            )
        })
        .collect();
    organisation::insert_units_many(&mut tx, permit, &units).await?;
    for batch in district.people.chunks(BATCH) {
        let batch: Vec<Person> = batch.iter().map(|human| person(district, human)).collect();
        people::insert_many(&mut tx, permit, &batch).await?;
    }
    let pairs: Vec<Guardianship> = district
        .people
        .iter()
        .flat_map(|human| human.children.iter().map(move |&child| (human, child)))
        .map(|(human, child)| Guardianship {
            student: district.people[child].id.clone(),
            guardian: human.id.clone(),
            relation: Some(if human.gender == "female" { "母亲" } else { "父亲" }.to_owned()),
            position: 0,
        })
        .collect();
    people::insert_guardianships(&mut tx, permit, &pairs).await?;
    let posts: Vec<Appointment> = district
        .posts
        .iter()
        .enumerate()
        .map(|(index, holding)| Appointment {
            id: format!("h{index:06}"),
            unit: district.places[holding.unit].id.clone(),
            post: holding.post.to_owned(),
            person: district.people[holding.person].id.clone(),
            from_on: "2022-01-01".to_owned(),
            until_on: None,
            substitute_for: None,
            revision: 1,
        })
        .collect();
    post::insert_many(&mut tx, permit, &posts).await?;
    tx.commit().await?;
    Ok(())
}

fn person(district: &District, human: &super::district::Human) -> Person {
    let role = match human.role {
        "student" => PersonRole::Student,
        "guardian" => PersonRole::Guardian,
        _ => PersonRole::Staff,
    };
    let own = match role {
        PersonRole::Student => "student",
        PersonRole::Guardian => "parent",
        _ => "staff",
    };
    Person {
        gender: Some(if human.gender == "female" { Gender::Female } else { Gender::Male }),
        student_no: human.student_no.clone(),
        personal: Personal { phone: human.phone.clone(), ..Personal::default() },
        joined_on: Some(human.joined_on.to_owned()),
        audiences: human
            .audiences
            .iter()
            .filter(|it| **it != own)
            .map(|it| (*it).to_owned())
            .collect(),
        ..Person::new(
            human.id.clone(),
            district.places[human.unit].id.clone(),
            role,
            human.name.clone(),
        )
    }
}

/// The plan of the demo in two versions.
async fn keep_campaign(store: &Store, root: &str) -> anyhow::Result<Vec<Plan>> {
    let built_in =
        plan::built_in("wujin").ok_or_else(|| anyhow::anyhow!("缺少内置方案 wujin"))?;
    let first = built_in.text.to_owned();
    let second =
        first.replacen("[plan]", &format!("[plan]\nversion = 2\nin-force = {AMENDED_ON}"), 1)
            + ADDED;
    let mut plans = Vec::new();
    for text in [&first, &second] {
        plans.push(plan::parse(text, "wujin.toml").map_err(|findings| {
            let words: Vec<String> = findings.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("演示方案有误：{}", words.join("；"))
        })?);
    }
    let head = plans[0].head.clone();
    let campaign = Campaign {
        id: CAMPAIGN.to_owned(),
        unit: root.to_owned(),
        plan: head.id,
        name: "青禾区教育系统防范电信网络诈骗三年行动".to_owned(),
        adopts: None,
        from_on: head.from.to_string(),
        until_on: head.until.to_string(),
        ended_at: None,
        revision: 1,
    };
    let day = |year, month, day| {
        campaign::day::Day::new(year, month, day).map_or(0, campaign::day::Day::begins_at)
    };
    let version = |number: i64, in_force: &str, text: String, at: i64| PlanVersion {
        id: format!("{CAMPAIGN}-{number}"),
        campaign: CAMPAIGN.to_owned(),
        version: number,
        in_force_on: in_force.to_owned(),
        text,
        document_name: None,
        document_text: None,
        created_at: at,
        created_by: None,
    };
    let permit = permit_house(Action::ManagePlans, root);
    let at = day(2022, 1, 1);
    let mut tx = store.write(at).await?;
    campaigns::start(&mut tx, &permit, &campaign, &version(1, "2022-01-01", first, at)).await?;
    tx.commit().await?;
    let at = day(2022, 8, 25);
    let mut tx = store.write(at).await?;
    campaigns::amend(&mut tx, &permit, &campaign, &version(2, AMENDED_ON, second, at)).await?;
    tx.commit().await?;
    Ok(plans)
}

/// The accounts, and whose account acts for a unit.
struct Accounts {
    all: Vec<NewAccount>,
    by_unit: HashMap<usize, String>,
}

/// A primary school and its first class stand for all of their kind.
fn example(district: &District) -> (Option<usize>, Option<usize>) {
    let school = district
        .schools
        .iter()
        .copied()
        .find(|&it| district.places[it].stage == Some(campaign::plan::Stage::Primary));
    let class =
        district.classes.iter().copied().find(|&it| Some(district.school_of(it)) == school);
    (school, class)
}

fn accounts(district: &District, password_hash: &str) -> Accounts {
    let mut made = Accounts { all: Vec::new(), by_unit: HashMap::new() };
    let mut add = |name: String, role: Role, unit: usize, person: Option<usize>| {
        let id = format!("a-{name}");
        let unit_id = district.places[unit].id.clone();
        let display_name = person.map_or_else(
            || role.chinese().to_owned(),
            |person| district.people[person].name.clone(),
        );
        made.by_unit.entry(unit).or_insert_with(|| id.clone());
        let account = Account {
            person: person.map(|person| district.people[person].id.clone()),
            password_hash: password_hash.to_owned(),
            ..Account::new(id, name, display_name, beginning())
        };
        made.all.push(NewAccount { account, grants: vec![(role, unit_id)] });
    };
    for (name, role) in [
        ("clerk", Role::Clerk),
        ("admin", Role::Administrator),
        ("leader", Role::Leader),
        ("inspector", Role::Inspector),
    ] {
        add(name.to_owned(), role, 0, None);
    }
    let (example, example_class) = example(district);
    for holding in &district.posts {
        let is_example = Some(holding.unit) == example || Some(holding.unit) == example_class;
        let (name, role) = match holding.post {
            "security-officer" if is_example => ("officer".to_owned(), Role::Officer),
            "class-teacher" if is_example => ("teacher".to_owned(), Role::Teacher),
            "community-police" if is_example => ("police".to_owned(), Role::Police),
            "security-officer" => (format!("officer-{}", holding.unit), Role::Officer),
            "class-teacher" => (format!("teacher-{}", holding.unit), Role::Teacher),
            "report-liaison"
                if holding.unit != 0
                    && district.places[holding.unit].kind != UnitKind::School =>
            {
                (format!("office-{}", holding.unit), Role::Officer)
            }
            _ => continue,
        };
        add(name, role, holding.unit, Some(holding.person));
    }
    made
}

async fn keep_records(
    store: &Store,
    district: &District,
    accounts: &Accounts,
    acts: &[Act],
) -> anyhow::Result<()> {
    let permit = permit_house(Action::Submit, &district.places[0].id);
    let store = store.apart();
    for (number, batch) in acts.chunks(BATCH).enumerate() {
        let records: Vec<NewRecord> = batch
            .iter()
            .enumerate()
            .map(|(index, act)| new_record(district, accounts, act, number * BATCH + index))
            .collect();
        let at = batch.last().map_or_else(beginning, |act| act.submitted_at);
        let mut tx = store.write(at).await?;
        record::insert_taken(&mut tx, &permit, &records).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The record of an act, by its place among all acts.
fn record_id(number: usize) -> String {
    format!("r{number:08}")
}

fn new_record(district: &District, accounts: &Accounts, act: &Act, number: usize) -> NewRecord {
    let reviewed_at = (act.submitted_at + 26 * 3_600_000).min(beginning());
    let later = |status, reason: Option<&str>| {
        vec![LaterStep {
            status,
            at: reviewed_at,
            account: Some("a-clerk".to_owned()),
            reason: reason.map(str::to_owned),
        }]
    };
    let attendance = |&(person, absence): &(usize, Option<&str>)| Attendance {
        person: district.people[person].id.clone(),
        presence: match absence {
            Some(reason) => Presence::Absent { reason: Some(reason.to_owned()) },
            None => Presence::Present,
        },
    };
    NewRecord {
        id: record_id(number),
        activity: act.activity.clone(),
        unit: district.places[act.unit].id.clone(),
        person: act.person.map(|person| district.people[person].id.clone()),
        title: act.title.clone(),
        acted_on: act.day.date(),
        acted_time: None,
        submitted_at: act.submitted_at,
        submitted_by: accounts
            .by_unit
            .get(&act.unit)
            .cloned()
            .unwrap_or_else(|| "a-admin".to_owned()),
        count: act.count,
        place: act.place.map(str::to_owned),
        minutes: act.minutes.clone(),
        link: act.link.clone(),
        roll: act.roll.iter().flatten().map(attendance).collect(),
        evidence: Vec::new(),
        replaces: None,
        client_key: format!("demo-{number}"),
        later: match act.fate {
            Fate::Waiting => Vec::new(),
            Fate::Accepted => later(Status::Accepted, None),
            Fate::Returned => {
                later(Status::Returned, Some("纪要过于简单，请补充时间、人数和主要内容。"))
            }
        },
    }
}
